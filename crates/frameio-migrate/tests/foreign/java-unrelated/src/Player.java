package tv.example;

/** Shows frames and writes them with java.io. */
class Player {
    private static final String API = "https://cms.example.tv/v2/assets/";

    String children(String id) {
        return API + id + "/children";
    }

    void onEvent(String type, String teamId) {
        if (type.equals("asset.uploaded")) {
            log("team_id=" + teamId + " filesize, inserted_at, page=1, short_url, creator_id");
        }
    }

    void log(String line) {
        System.out.println(line);
    }
}
