<?php
// Receives events of Frame.io.
function handle(array $event): void
{
    if ($event['type'] === 'asset.label.updated') {
        $url = 'https://api.frame.io/v2/assets/' . $event['resource']['id'];
        notify($url);
    }
    if ($event['type'] === "reviewlink.created") {
        archive($event);
    }
}
