package main

import "net/http"

// Calls https://api.frame.io/v4/accounts/{account}/files/{file}.
type event struct {
	Type     string `json:"type"`
	Resource struct {
		ID   string `json:"id"`
		Type string `json:"type"`
	} `json:"resource"`
}

func show(account, file string) (*http.Response, error) {
	return http.Get("https://api.frame.io/v4/accounts/" + account + "/files/" + file)
}
