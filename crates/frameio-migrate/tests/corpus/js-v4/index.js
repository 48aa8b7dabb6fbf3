import { FrameioClient } from "frameio";

const client = new FrameioClient({ token: process.env.FRAMEIO_TOKEN });
const base = "https://api.frame.io/v4";

export async function shares(accountId, projectId) {
  const share = await client.shares.index(accountId, projectId, { include: "project", page_size: 50 });
  return share.data.map((item) => item.short_url);
}

export async function uploadUrls(file) {
  for (const { url, size } of file.upload_urls) {
    await fetch(url, { method: "PUT", headers: { "x-amz-acl": "private" } });
  }
}
export { base };
