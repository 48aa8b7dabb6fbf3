"""fioctl 1.1, unchanged: only its configuration names another host."""


def test_me(fioctl, v4):
    assert v4.demo["user_id"] in fioctl("users", "me", "--format", "json")


def test_accounts_and_teams(fioctl, v4):
    assert v4.demo["account_id"] in fioctl("accounts", "list")
    assert "demo@example.com" in fioctl("accounts", "get", v4.demo["account_id"])
    assert v4.demo["workspace_id"] in fioctl("teams", "list")
    assert v4.demo["workspace_id"] in fioctl("teams", "list", v4.demo["account_id"])


def test_projects(fioctl, project, v4):
    assert project["id"] in fioctl("projects", "list", v4.demo["workspace_id"])
    assert "Legacy" in fioctl("projects", "get", project["id"])
    assert "Renamed" in fioctl("projects", "set", project["id"], "--values", "name=Renamed")
    fioctl("projects", "set", project["id"], "--values", "name=Legacy")
    fioctl("projects", "shared")


def test_tree(fioctl, client, folder):
    made = fioctl("assets", "create", folder["id"], "--values", "name=F,type=folder")
    assert "folder" in made
    for number in range(17):
        # More than the 15 that fioctl asks for at a time.
        client.assets.create(folder["id"], name=f"n{number}", type="folder")
    listed = fioctl("assets", "list", folder["id"])
    assert all(f" n{number} " in listed for number in range(17))
    assert "name: n16" in fioctl("assets", "traverse", folder["id"])


def test_upload_and_download(fioctl, folder, tmp_path, movie):
    tree = tmp_path / "updir"
    (tree / "sub").mkdir(parents=True)
    (tree / "a.mov").write_bytes(movie.read_bytes())
    (tree / "sub" / "b.txt").write_bytes(b"ten bytes!")
    fioctl("assets", "upload", "--recursive", folder["id"], "./updir")
    fioctl("assets", "upload", folder["id"], str(movie))
    fioctl("assets", "download", "--recursive", folder["id"], "./dltree")
    found = {path.name: path.read_bytes() for path in (tmp_path / "dltree").rglob("*") if path.is_file()}
    assert found == {
        "a.mov": movie.read_bytes(), "b.txt": b"ten bytes!", "clip.mp4": movie.read_bytes()
    }


def test_asset_operations(fioctl, client, folder, movie):
    one = client.assets.upload(folder["id"], str(movie))["id"]
    two = client.assets.upload(folder["id"], str(movie))["id"]
    other = client.assets.create(folder["id"], name="other", type="folder")["id"]
    assert "clip.mp4" in fioctl("assets", "get", one)
    assert "new.mp4" in fioctl("assets", "set", one, "--values", "name=new.mp4")
    fioctl("assets", "label", one, "approved")
    assert client.assets.get(one)["label"] == "approved"
    fioctl("assets", "cp", one, other)
    fioctl("assets", "mv", two, other)
    assert client.assets.get(two)["parent_id"] == other
    fioctl("assets", "mv", two, folder["id"])
    fioctl("assets", "version", two, one)
    assert client.assets.get(client.assets.get(one)["parent_id"])["type"] == "version_stack"
    fioctl("assets", "unversion", one)
    assert client.assets.get(one)["parent_id"] == folder["id"]
    fioctl("assets", "rm", one)
    fioctl("assets", "restore", one)
    assert client.assets.get(one)["deleted_at"] is None
    fioctl("assets", "zip", other, fails=True)


def test_comments(fioctl, client, folder, movie):
    asset = client.assets.upload(folder["id"], str(movie))["id"]
    made = fioctl("comments", "create", asset, "hello", "--values", "timestamp=24")
    assert "hello" in made
    fioctl("comments", "create", asset, "internal", "--values", "private=true", fails=True)
    listed = list(client.comments.list(asset))
    assert [it["text"] for it in listed] == ["hello"]
    assert "hello" in fioctl("comments", "list", asset)
    assert "hello" in fioctl("comments", "get", listed[0]["id"])
    fioctl("comments", "replies", listed[0]["id"])


def test_review_links(fioctl, client, project):
    link = client.review_links.create(project["id"], name="By fioctl")["id"]
    assert link in fioctl("review_links", "list", project["id"])
    assert "By fioctl" in fioctl("review_links", "get", link)
    assert link in fioctl("presentations", "list", project["id"])


def test_people_and_audits(fioctl, client, folder, project, v4, guests):
    listed = fioctl("projects", "collaborators", project["id"])
    assert all(address in listed for address in ("editor@", "commenter@", "viewer@"))
    removed = next(iter(client.projects.get_collaborators(project["id"])))["id"]
    assert removed in fioctl("projects", "delete", "collaborator", removed)
    fioctl("projects", "delete", "pending_collaborator", removed, fails=True)
    fioctl("projects", "trash", project["id"])
    listed = fioctl("audits", "list", v4.demo["account_id"], "--item", f"{folder['id']},asset")
    assert "AssetCreated" in listed
