# Reads the shares of a project from https://api.frame.io/v4.
def shares(connection, account_id, project_id)
  response = connection.get("/v4/accounts/#{account_id}/projects/#{project_id}/shares?page_size=50")
  response.body["data"].map { |share| [share["id"], share["inserted_at"] || share["created_at"]] }
end
