<?php
namespace Studio\Review;

final class Api
{
    private const HOST = 'https://api.frame.io';
    private const VERSION = 'v2';

    public function __construct(private string $token) {}

    private function url(string ...$parts): string
    {
        return self::HOST . '/' . self::VERSION . '/' . implode('/', $parts);
    }

    public function get(string ...$parts): array
    {
        $handle = curl_init($this->url(...$parts));
        curl_setopt($handle, CURLOPT_HTTPHEADER, ['Authorization: Bearer ' . $this->token]);
        curl_setopt($handle, CURLOPT_RETURNTRANSFER, true);
        return json_decode(curl_exec($handle), true);
    }
}
