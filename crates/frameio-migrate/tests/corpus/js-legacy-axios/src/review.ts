import { api } from "./client";

export async function createLink(projectId: string, assetIds: string[]) {
  const { data } = await api.post(`/projects/${projectId}/review_links`, { name: "Review" });
  await api.post(`/review_links/${data.id}/assets`, { asset_ids: assetIds });
  return data.short_url;
}

export async function allChildren(assetId: string) {
  const first = await api.get(`/assets/${assetId}/children?page=1`);
  const pages = Number(first.headers["total-pages"]);
  return { pages, items: first.data };
}

export function sum(values: number[]) {
  return values.reduce((total, value) => total + value, 0);
}
