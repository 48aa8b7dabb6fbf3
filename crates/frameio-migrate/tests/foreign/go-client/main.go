package main

import (
	"encoding/json"
	"log"
	"net/http"
)

type event struct {
	Type     string `json:"type"`
	Resource struct {
		Type string `json:"type"`
		ID   string `json:"id"`
	} `json:"resource"`
	Team struct {
		ID string `json:"id"`
	} `json:"team"`
}

func main() {
	http.HandleFunc("/frameio", func(w http.ResponseWriter, r *http.Request) {
		var e event
		_ = json.NewDecoder(r.Body).Decode(&e)
		switch e.Type {
		case "asset.ready":
			log.Println("ready", e.Resource.ID)
		case "comment.created":
			log.Println("comment", e.Resource.ID)
		}
	})
	log.Fatal(http.ListenAndServe(":8080", nil))
}
