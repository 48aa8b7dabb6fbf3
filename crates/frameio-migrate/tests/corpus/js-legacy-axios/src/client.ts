import axios from "axios";

export const api = axios.create({
  baseURL: "https://api.frame.io/v2",
  headers: { Authorization: `Bearer ${process.env.FRAMEIO_TOKEN}` },
});
