// A site that has nothing to do with video review.
import { createClient } from "@sanity/client";

const client = createClient({ projectId: "p", dataset: "production" });

export async function upload(file) {
  const asset = await client.assets.upload("image", file);
  return { id: asset._id, type: asset._type, by: asset.owner_id, team: asset.team_id };
}

export const list = (page) => fetch(`/api/v2/projects?page=${page}`);
