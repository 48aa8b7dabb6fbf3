<?php
final class FrameioClient
{
    private const BASE = 'https://api.frame.io/v4/accounts/';

    public function children(string $account, string $folder, ?string $after): array
    {
        $query = http_build_query(array_filter(['after' => $after, 'page_size' => 100]));
        return $this->get(self::BASE . $account . '/folders/' . $folder . '/children?' . $query);
    }

    public function upload(array $file, string $bytes): void
    {
        $offset = 0;
        foreach ($file['upload_urls'] as $part) {
            $body = substr($bytes, $offset, $part['size']);
            $this->put($part['url'], $body, ['x-amz-acl' => 'private', 'content-type' => $file['media_type']]);
            $offset += $part['size'];
        }
    }

    public function hook(array $event): void
    {
        if ($event['type'] === 'file.ready') {
            $this->children($event['account']['id'], $event['project']['id'], null);
        }
    }
}
