//! WebFinger, host-meta, NodeInfo.

use super::at;
use cyanotype::activitypub::nodeinfo::{self, NodeInfo, Usage, Version};
use cyanotype::activitypub::webfinger::{
    Handle, JrdError, Resource, Subject, host_meta_json, host_meta_xml, jrd, parse_resource, read_host_meta, read_jrd,
};
use serde_json::json;

fn account(user: &str, host: &str) -> Option<Resource> {
    Some(Resource::Account(Handle { user: user.to_owned(), host: host.to_owned() }))
}

#[test]
fn a2_each_form_of_asking_is_understood() {
    let same = [
        "acct:ada@photos.example",
        "acct:@ada@photos.example",
        "ACCT:ADA@PHOTOS.example",
        "ada@photos.example",
        "@ada@photos.example",
        " acct:ada@photos.example ",
    ];
    for resource in same {
        assert_eq!(parse_resource(resource), account("ada", "photos.example"), "{resource}");
    }
    let page = Some(Resource::Page(Handle { user: "ada".to_owned(), host: "photos.example".to_owned() }));
    for resource in ["https://photos.example/@ada", "https://PHOTOS.example/@Ada/", "http://photos.example/@ada"] {
        assert_eq!(parse_resource(resource), page, "{resource}");
    }
    let actor = Resource::Address { host: "photos.example".to_owned(), path: "/ap/users/1".to_owned() };
    assert_eq!(parse_resource("https://photos.example/ap/users/1"), Some(actor));
    assert_eq!(parse_resource("acct:ada@bücher.example"), account("ada", "xn--bcher-kva.example"));
}

#[test]
fn a4_the_server_can_be_asked_for() {
    let server = Some(Resource::Server { host: "photos.example".to_owned() });
    for resource in
        ["acct:photos.example@photos.example", "https://photos.example/", "https://photos.example", "photos.example"]
    {
        assert_eq!(parse_resource(resource), server, "{resource}");
    }
}

#[test]
fn a3_nonsense_is_no_resource() {
    let long = format!("acct:{}@photos.example", "a".repeat(3000));
    let nonsense = [
        "",
        "acct:",
        "acct:ada",
        "acct:ada@",
        "acct:@",
        "ada@",
        "@",
        "acct:ada@photos.example/x",
        "acct:ada@127.0.0.1",
        "acct:ada@photos.example:8443",
        "acct:a b@photos.example",
        "acct:<b>@photos.example",
        "acct:.ada@photos.example",
        "https://photos.example:8443/@ada",
        "https://x@photos.example/@ada",
        "javascript:alert(1)",
        "ada@localhost",
        "acct:ada@photos.example@evil.example",
        "é",
        &long,
    ];
    for resource in nonsense {
        assert_eq!(parse_resource(resource), None, "{resource}");
    }
}

#[test]
fn a1_the_answer_has_one_self_link_with_the_actors_id() {
    let subject = Subject {
        handle: "ada@photos.example".to_owned(),
        actor: "https://photos.example/ap/users/1".to_owned(),
        page: "https://photos.example/@ada".to_owned(),
        avatar: Some(("image/jpeg".to_owned(), "https://media.photos.example/a.jpg".to_owned())),
        subscribe: Some("https://photos.example/authorize_interaction?uri={uri}".to_owned()),
    };
    let answer = jrd(&subject);
    assert_eq!(at(&answer, "/subject"), "acct:ada@photos.example");
    let links = at(&answer, "/links").as_array().unwrap();
    let own: Vec<_> = links.iter().filter(|link| link["rel"] == "self").collect();
    assert_eq!(own.len(), 1);
    assert_eq!((&own[0]["type"], &own[0]["href"]), (&json!("application/activity+json"), &json!(subject.actor)));
    assert!(links.iter().all(|link| link["rel"].is_string()));
    // And we would believe ourselves.
    let read = read_jrd(answer.to_string().as_bytes()).unwrap();
    assert_eq!((read.subject.to_string(), read.actor.as_str()), (subject.handle, subject.actor.as_str()));
    assert_eq!(read.subscribe, subject.subscribe);
}

#[test]
fn r017_an_answer_must_name_an_account_and_an_actor() {
    let answer = |subject: &str, rel: &str, kind: &str, href: &str| {
        let document = json!({"subject": subject, "links": [{"rel": rel, "type": kind, "href": href}]});
        read_jrd(document.to_string().as_bytes()).map(|read| read.actor.to_string())
    };
    let (name, kind, href) = ("acct:bob@a.example", "application/activity+json", "https://a.example/users/bob");
    assert_eq!(answer(name, "self", kind, href).as_deref(), Ok(href));
    let profile = "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"";
    assert_eq!(answer(name, "self", profile, href).as_deref(), Ok(href));
    let bad = [
        (("", "self", kind, href), JrdError::NoSubject),
        (("https://a.example/users/bob", "self", kind, href), JrdError::NoSubject),
        ((name, "alternate", kind, href), JrdError::NoActor),
        ((name, "self", "application/json", href), JrdError::NoActor),
        ((name, "self", "application/ld+json", href), JrdError::NoActor),
        ((name, "self", kind, "http://a.example/users/bob"), JrdError::NoActor),
        ((name, "self", kind, "https://127.0.0.1/users/bob"), JrdError::NoActor),
    ];
    for ((subject, rel, kind, href), expected) in bad {
        assert_eq!(answer(subject, rel, kind, href), Err(expected), "{subject} {rel} {kind} {href}");
    }
    assert_eq!(read_jrd(b"<html>"), Err(JrdError::Unreadable));
    assert_eq!(read_jrd(b"{}"), Err(JrdError::NoSubject));
    assert_eq!(read_jrd(b"[]"), Err(JrdError::NoSubject));
}

#[test]
fn a5_host_meta_leads_to_webfinger() {
    let origin = "https://photos.example";
    let template = "https://photos.example/.well-known/webfinger?resource={uri}";
    assert_eq!(read_host_meta(&host_meta_xml(origin)).as_deref(), Some(template));
    assert_eq!(at(&host_meta_json(origin), "/links/0/template"), template);
    let bomb =
        "<!DOCTYPE x [<!ENTITY a \"aaaa\">]><XRD><Link rel=\"lrdd\" template=\"https://a.example/{uri}&a;\"/></XRD>";
    for bad in ["", "<XRD/>", "not xml", bomb, "<XRD><Link rel=\"lrdd\" template=\"http://a.example/{uri}\"/></XRD>"] {
        assert_eq!(read_host_meta(bad), None, "{bad}");
    }
}

#[test]
fn a6_nodeinfo_has_every_required_member() {
    let discovery = nodeinfo::discovery("https://photos.example", "https://photos.example/actor");
    let newest = nodeinfo::read_discovery(&discovery, "photos.example").unwrap();
    assert_eq!(newest.as_str(), "https://photos.example/nodeinfo/2.1");
    assert_eq!(nodeinfo::read_discovery(&discovery, "evil.example"), None);
    let shy = NodeInfo {
        software: "cyanotype".to_owned(),
        version: "0.1.0".to_owned(),
        repository: Some("https://git.example/cyanotype".to_owned()),
        ..NodeInfo::default()
    };
    let open = NodeInfo { usage: Some(Usage { users: 12, posts: 431, ..Usage::default() }), ..shy.clone() };
    for info in [&shy, &open] {
        for version in [Version::V2_0, Version::V2_1] {
            let document = nodeinfo::document(info, version);
            for name in ["version", "software", "protocols", "services", "openRegistrations", "usage", "metadata"] {
                assert!(document.get(name).is_some(), "{name}");
            }
            assert_eq!(at(&document, "/version"), version.as_str());
            assert!(at(&document, "/usage/users").is_object());
            assert_eq!(document.pointer("/software/repository").is_some(), version == Version::V2_1);
            assert_eq!(nodeinfo::read_software(&document).as_deref(), Some("cyanotype"));
        }
    }
    assert_eq!(
        Version::V2_1.content_type(),
        "application/json; profile=\"http://nodeinfo.diaspora.software/ns/schema/2.1#\"; charset=utf-8"
    );
    assert_eq!(nodeinfo::read_software(&json!({"software": {"name": "<b>"}})), None);
}
