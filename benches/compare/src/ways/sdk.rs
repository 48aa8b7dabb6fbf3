use frameio::comments::CreateComment;
use frameio::folders::ListFolderChildren;
use frameio::layers::RateLimitLayer;
use frameio::transport::Proxy;
use frameio::users::ShowCurrentUser;
use frameio::{Client, Quota};

use super::{Calls, TEXT, TOKEN};

/// This SDK with its default stack.
#[derive(Clone)]
pub struct Frameio(Client);

impl Calls for Frameio {
    const NAME: &'static str = "frameio";

    fn new(url: &str) -> Self {
        // Quotas that the benchmark cannot exhaust.
        let unlimited = ["users.show", "comments.create", "folders.index"]
            .into_iter()
            .fold(RateLimitLayer::new(), |layer, operation| {
                layer.quota(operation, Quota::per_second(1_000_000_000))
            });
        let client = Client::builder().base_url(url).token(TOKEN).proxy(Proxy::none());
        Self(client.rate_limit(unlimited).build().expect("valid settings"))
    }

    async fn me(&self) {
        self.0.send(ShowCurrentUser::new()).await.expect("a response");
    }

    async fn comment(&self) {
        let comment = CreateComment::new("1", "2", TEXT).timestamp(120);
        self.0.send(comment).await.expect("a response");
    }

    async fn pages(&self, pages: usize) {
        let mut all = self.0.pages(ListFolderChildren::new("1", "1"));
        for _ in 0..pages {
            let page = all.next().await.expect("a page").expect("a response");
            assert_eq!(page.data.len(), 100);
        }
    }
}
