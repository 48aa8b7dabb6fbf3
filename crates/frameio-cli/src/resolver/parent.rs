//! The folder or version stack above an item.

use frameio::folders::ShowFolder;
use frameio::version_stacks::ShowVersionStack;
use frameio::{AccountId, AssetId, Client};

use crate::exit::{Failure, Status};

/// A folder or version stack.
#[derive(Clone)]
pub(crate) struct Parent {
    pub(crate) name: String,
    pub(crate) parent_id: Option<AssetId>,
}

/// Returns a folder or version stack; `None` if it is not visible to the user.
///
/// The service responds with 404 or 403 if the user may see an item, but not the folder above it.
pub(crate) async fn parent(
    client: &Client,
    account: &AccountId,
    id: &AssetId,
) -> Result<Option<Parent>, Failure> {
    if let Some(folder) = visible(client.send(ShowFolder::new(account, id.as_str())).await)? {
        let parent_id = folder.parent_id.map(Into::into);
        return Ok(Some(Parent { name: folder.name, parent_id }));
    }
    let stack = visible(client.send(ShowVersionStack::new(account, id.as_str())).await)?;
    Ok(stack.map(|stack| Parent { name: stack.name, parent_id: stack.parent_id.map(Into::into) }))
}

/// Converts responses about invisible items to `None`.
fn visible<T>(response: Result<T, frameio::Error>) -> Result<Option<T>, Failure> {
    match response {
        Ok(value) => Ok(Some(value)),
        Err(error) if matches!(Status::of_call(&error), Status::NotFound | Status::Forbidden) => {
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use frameio::Body;
    use frameio_sim::samples;
    use http::{Request, Response, StatusCode};

    use super::*;

    /// Returns the name of the parent if the service responds with these statuses for a folder and for a
    /// version stack.
    async fn found(folder: u16, stack: u16) -> Result<Option<String>, Status> {
        let respond = tower::service_fn(move |request: Request<Body>| async move {
            let is_folder = request.uri().path().contains("/folders/");
            let (status, sample) = match is_folder {
                true => (folder, samples::folder()),
                false => (stack, samples::version_stack()),
            };
            let mut response = match status {
                200 => samples::response(sample),
                _ => Response::new(Body::empty()),
            };
            *response.status_mut() = StatusCode::from_u16(status).unwrap();
            Ok::<_, Infallible>(response)
        });
        let client = Client::from_service(respond);
        let parent = parent(&client, &"a".into(), &"i".into()).await;
        parent.map(|parent| parent.map(|it| it.name)).map_err(|failure| failure.status)
    }

    #[tokio::test]
    async fn an_invisible_parent_is_not_an_error() {
        let name = |sample: serde_json::Value| sample["name"].as_str().map(str::to_owned);
        assert_eq!(found(200, 500).await, Ok(name(samples::folder())));
        for invisible in [403, 404] {
            assert_eq!(found(invisible, 200).await, Ok(name(samples::version_stack())));
            assert_eq!(found(invisible, 403).await, Ok(None));
            assert_eq!(found(invisible, 404).await, Ok(None));
            assert_eq!(found(invisible, 500).await, Err(Status::ServerError));
        }
        assert_eq!(found(500, 200).await, Err(Status::ServerError));
        assert_eq!(found(401, 200).await, Err(Status::SignedOut));
    }
}
