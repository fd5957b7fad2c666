//! soon
use crate::support::*;

#[tokio::test]
async fn an_album_reaches_a_follower_on_another_server() {
    let world = World::new(["a.test", "b.test"]).await;
    let (a, b) = (world.server("a.test").await, world.server("b.test").await);
    let (ada, bob) = (a.owner("ada").await, b.owner("bob").await);
    bob.follows(&ada.handle()).await;
    let post = ada.post_album(&["photo-boats.jpg", "photo-lake.jpg"], "Harbour #fog", "public", &["Boats", "A lake"]).await;
    let path = bob.sees(&ada.acct()).await;
    let page = bob.page(&path).await;
    eprintln!("{} {:?} {:?}", post.path, page.path, page.photos());
}
