<?php
namespace Studio\Review;

final class Projects
{
    public function __construct(private Api $api) {}

    public function root(string $project): string
    {
        return $this->api->get('projects', $project)['root_asset_id'];
    }

    public function children(string $folder): array
    {
        return $this->api->get('assets', $folder, 'children');
    }

    public function links(string $project): array
    {
        return $this->api->get('projects', $project, 'review_links');
    }

    public function newest(array $files): array
    {
        usort($files, fn ($a, $b) => strcmp($b['inserted_at'], $a['inserted_at']));
        return $files;
    }
}
