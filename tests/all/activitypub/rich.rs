//! What a post says beside its pictures, measured by those who have to understand it.

use super::at;
use super::rendering::{ADA, bytes, photo, post};
use super::validators::post_for_everybody;
use cyanotype::activitypub::render::emoji::Emoji;
use cyanotype::activitypub::render::note::{Photo, Post, create, note};
use cyanotype::activitypub::vocab::Place;
use cyanotype::activitypub::{PUBLIC, Visibility};
use serde_json::json;

/// A post that says everything there is to say.
fn rich(photos: usize) -> Post {
    let photo = |n: usize| Photo {
        exif: vec![("Make", "Nikon".to_owned()), ("FNumber", "2.8".to_owned()), ("Film", "F".repeat(100))],
        licence: Some("CC BY 4.0".to_owned()),
        place: Place { name: "Bergen".to_owned(), country: "Norway".to_owned() },
        ..photo(n, &"x".repeat(9000))
    };
    let emoji = Emoji {
        id: "https://photos.example/ap/emoji/3".to_owned(),
        shortcode: "fern".to_owned(),
        url: "https://media.photos.example/e.png".to_owned(),
        updated: 1_767_607_200_000,
    };
    Post {
        warning: Some("Fog".to_owned()),
        place: Place { name: "Bergen".to_owned(), country: "Norway".to_owned() },
        category: Some(("Landscapes".to_owned(), "https://photos.example/tags/landscapes".to_owned())),
        emoji: vec![emoji],
        ..post("Harbour :fern:", Visibility::Public, (1..=photos).map(photo).collect())
    }
}

#[test]
fn every_peer_takes_camera_data_licence_place_category_and_emoji() {
    let activity = create(&rich(1));
    post_for_everybody(&bytes(&activity)).unwrap();
    let picture = at(&activity, "/object/attachment/0");
    assert_eq!(picture["exifData"][1], json!({"@type": "PropertyValue", "name": "FNumber", "value": "2.8"}));
    assert_eq!(picture["license"], "CC BY 4.0");
    assert_eq!(picture["location"], json!({"type": "Place", "name": "Bergen", "addressCountry": "Norway"}));
    assert_eq!(at(&activity, "/object/location"), &json!({"type": "Place", "name": "Bergen", "country": "Norway"}));
    assert_eq!(at(&activity, "/object/summaryMap"), &json!({"en": "Fog"}));
    let tags = at(&activity, "/object/tag");
    let category = json!({"type": "Category", "name": "Landscapes", "href": "https://photos.example/tags/landscapes"});
    assert!(tags.as_array().unwrap().contains(&category));
    let emoji = tags.as_array().unwrap().iter().find(|tag| tag["type"] == "Emoji").unwrap();
    assert_eq!((&emoji["name"], &emoji["icon"]["mediaType"]), (&json!(":fern:"), &json!("image/png")));
    let terms = at(&activity, "/@context/1");
    for term in ["exifData", "license", "addressCountry", "Category", "commentsEnabled", "capabilities", "Emoji"] {
        assert!(terms.get(term).is_some(), "{term} is explained");
    }
    let plain = create(&post("Plain", Visibility::Public, vec![photo(1, "x")]));
    for pointer in ["/object/location", "/object/attachment/0/exifData", "/object/attachment/0/license"] {
        assert!(plain.pointer(pointer).is_none(), "{pointer}: nothing is said of what nobody said");
    }
}

#[test]
fn camera_data_goes_first_where_a_post_would_be_too_large() {
    let activity = create(&rich(20));
    assert!(bytes(&activity).len() <= cyanotype::activitypub::render::MAX_ACTIVITY);
    post_for_everybody(&bytes(&activity)).unwrap();
    let pictures = at(&activity, "/object/attachment").as_array().unwrap();
    assert!(pictures.iter().all(|picture| picture.get("exifData").is_none()));
    assert!(pictures.iter().all(|picture| picture.get("location").is_none()));
    assert_eq!(at(&activity, "/object/location/name"), "Bergen");
    assert!(pictures.iter().all(|picture| picture["license"] == "CC BY 4.0"), "licences stay");
}

#[test]
fn who_may_answer_is_told_in_the_terms_of_pixelfed_too() {
    let told = |reply: &[&str]| {
        let mut post = post("Harbour", Visibility::Public, vec![photo(1, "x")]);
        post.permitted.reply = reply.iter().map(|id| (*id).to_owned()).collect();
        post.permitted.like = vec![PUBLIC.to_owned()];
        let note = note(&post);
        (note["commentsEnabled"].clone(), note["capabilities"].clone())
    };
    let all = |reply: &str| json!({"announce": "[]", "like": PUBLIC, "reply": reply});
    assert_eq!(told(&[PUBLIC]), (json!(true), all(PUBLIC)));
    assert_eq!(told(&[format!("{ADA}/followers").as_str()]), (json!(true), all("[]")));
    assert_eq!(told(&[ADA]), (json!(false), all("[]")));
    assert_eq!(told(&[]), (json!(false), all("[]")));
}
