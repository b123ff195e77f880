export async function measureGrid(){return []}
