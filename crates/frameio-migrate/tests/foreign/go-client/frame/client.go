package frame

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
)

const base = "https://api.frame.io/v2"

// Asset is a file or a folder.
type Asset struct {
	ID        string            `json:"id"`
	Kind      string            `json:"_type"`
	Name      string            `json:"name"`
	Size      int64             `json:"filesize"`
	Inserted  string            `json:"inserted_at"`
	Cover     *Asset            `json:"cover_asset"`
	Downloads map[string]string `json:"downloads"`
}

func (c *Client) fetch(path string, out any) error {
	req, _ := http.NewRequest("GET", base+path, nil)
	req.Header.Set("Authorization", "Bearer "+os.Getenv("FRAMEIO_TOKEN"))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	return json.NewDecoder(res.Body).Decode(out)
}

// Children lists a folder.
func (c *Client) Children(id string, page int) (list []Asset, err error) {
	err = c.fetch(fmt.Sprintf("/assets/%s/children?page=%d&page_size=100", id, page), &list)
	return
}

// Comments lists the notes on a file.
func (c *Client) Comments(id string) (list []Comment, err error) {
	err = c.fetch("/assets/"+id+"/comments", &list)
	return
}

type Client struct{}

type Comment struct {
	Text  string `json:"text"`
	Frame int    `json:"timestamp"`
}
