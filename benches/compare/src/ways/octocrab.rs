use super::{CHILDREN, COMMENTS, Calls, Comment, Envelope, NewComment, TOKEN, User};
use crate::page::{PlainAsset, PlainPage};

/// octocrab's generic client, for routes without a method.
#[derive(Clone)]
pub struct Octocrab(::octocrab::Octocrab);

impl Calls for Octocrab {
    const NAME: &'static str = "octocrab";

    fn new(url: &str) -> Self {
        let client = ::octocrab::Octocrab::builder().base_uri(url).expect("a URL");
        Self(client.personal_token(TOKEN).build().expect("valid settings"))
    }

    async fn me(&self) {
        let user = self.0.get::<Envelope<User>, _, ()>("/v4/me", None).await;
        let _ = user.expect("a response").data;
    }

    async fn comment(&self) {
        let comment = self.0.post::<_, Envelope<Comment>>(COMMENTS, Some(&NewComment::new())).await;
        let _ = comment.expect("a response").data;
    }

    async fn pages(&self, pages: usize) {
        let mut path = CHILDREN.to_owned();
        for _ in 0..pages {
            let page = self.0.get::<PlainPage<PlainAsset>, _, ()>(&path, None).await;
            let page = page.expect("a response");
            assert_eq!(page.data.len(), 100);
            path = page.links.next.expect("another page");
        }
    }
}
