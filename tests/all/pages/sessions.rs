//! Signing in and out, passwords, cookies, and how often one may try.

use super::{encoded, header, headers, look, post, post_with};
use crate::support::{Person, Server, World};
use cyanotype::clock::{DAY, HOUR, MINUTE};
use cyanotype::http::client;
use cyanotype::service::sessions;
use reqwest::Method;
use reqwest::header::{HeaderMap, SET_COOKIE};
use std::time::{Duration, Instant};

const PASSWORD: &str = "four quiet words here";
const COOKIE: &str = "cyanotype_session";

async fn sign_in(person: &Person, name: &str, password: &str, more: &[(&'static str, &str)]) -> u16 {
    let page = post_with(person, "/sign-in", &[("login", name), ("password", password)], more).await;
    page.status.as_u16()
}

async fn is_signed_in(person: &Person) -> bool {
    look(person, "/settings").await.status == 200
}

#[tokio::test]
async fn one_signs_in_with_name_or_address_however_it_is_written() {
    let server = Server::start("a.test").await;
    server.person("ada").await;
    for login in ["ada", "Ada", "@ada", " ada ", "ada@mail.example", "ADA@mail.example"] {
        let browser = server.visitor();
        assert_eq!(sign_in(&browser, login, PASSWORD, &[]).await, 303, "{login}");
        assert!(is_signed_in(&browser).await, "{login}");
    }
}

#[tokio::test]
async fn r080_the_session_cookie_is_for_this_server_only_and_new_at_each_sign_in() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let browser = server.visitor();
    let fields = encoded(&[("login", "ada"), ("password", PASSWORD)]);
    let kind = ("content-type", "application/x-www-form-urlencoded");
    let planted = format!("{COOKIE}=planted");
    let mut seen = vec![ada.cookies()[COOKIE].clone()];
    for cookie in [&planted, &planted] {
        let all = headers(&[kind, ("cookie", cookie)]);
        let page = browser.request(Method::POST, "/sign-in", all, fields.clone()).await;
        let set = header(&page, SET_COOKIE.as_str()).to_owned();
        for flag in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
            assert!(set.split("; ").any(|part| part == flag), "{flag} in {set}");
        }
        assert!(!set.contains("Domain"), "{set}");
        let value = browser.cookies()[COOKIE].clone();
        assert!(value.len() >= 43 && !seen.contains(&value), "{value}");
        seen.push(value);
    }
}

#[tokio::test]
async fn r080_signing_in_again_ends_the_session_before() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let before = format!("{COOKIE}={}", ada.cookies()[COOKIE]);
    assert_eq!(sign_in(&ada, "ada", PASSWORD, &[]).await, 303);
    assert!(is_signed_in(&ada).await);
    let thief = server.visitor();
    let page = thief.request(Method::GET, "/settings", headers(&[("cookie", &before)]), Vec::new()).await;
    assert_eq!(page.status, 303);
}

#[tokio::test]
async fn r080_a_session_is_useless_after_signing_out() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let kept = format!("{COOKIE}={}", ada.cookies()[COOKIE]);
    ada.press("/", "/sign-out").await;
    assert!(!ada.cookies().contains_key(COOKIE), "the browser forgets it");
    for path in ["/settings", "/compose", "/notifications"] {
        let thief = server.visitor();
        let page = thief.request(Method::GET, path, headers(&[("cookie", &kept)]), Vec::new()).await;
        assert_eq!(
            (page.status.as_u16(), header(&page, "location")),
            (303, &*format!("/sign-in?next=%2F{}", &path[1..]))
        );
    }
}

#[tokio::test]
async fn a_session_nobody_uses_ends_after_sixty_days_and_lives_on_while_it_is_used() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    for _ in 0..4 {
        server.world.clock().advance(50 * DAY);
        assert!(is_signed_in(&ada).await);
    }
    server.world.clock().advance(61 * DAY);
    assert!(!is_signed_in(&ada).await);
}

#[tokio::test]
async fn the_cookie_is_secure_only_where_a_trusted_proxy_says_https() {
    for (trusted, forwarded, secure) in
        [("127.0.0.1/32", "https", true), ("127.0.0.1/32", "http", false), ("10.9.0.0/16", "https", false)]
    {
        let settings = [("trusted_proxies", trusted)];
        let server = Server::start_with("a.test", &settings).await;
        server.owner("ada").await;
        let client = server.world.client();
        let request = client.post(format!("http://{}/sign-in", server.address)).header("x-forwarded-proto", forwarded);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = request.body(encoded(&[("login", "ada"), ("password", PASSWORD)])).send().await.unwrap();
        let set = answer.headers()[SET_COOKIE].to_str().unwrap().to_owned();
        assert_eq!(set.contains("Secure"), secure, "trusted {trusted}, forwarded {forwarded}: {set}");
    }
}

#[tokio::test]
async fn r089_wrong_passwords_for_one_account_are_stopped_whoever_they_claim_to_come_from() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let guesser = server.visitor();
    let mut answers = Vec::new();
    for n in 0..40 {
        let claimed = format!("203.0.113.{n}");
        answers.push(sign_in(&guesser, "ada", &format!("guess number {n}"), &[("x-forwarded-for", &claimed)]).await);
    }
    let stopped = answers.iter().position(|s| *s == 429).expect("never stopped");
    assert!(stopped < 25, "stopped at attempt {}", stopped + 1);
    assert!(
        answers[..stopped].iter().all(|s| *s == 422) && answers[stopped..].iter().all(|s| *s == 429),
        "{answers:?}"
    );
    assert!(is_signed_in(&ada).await, "who has a session stays in");
    ada.page("/compose").await;
    server.world.clock().advance(16 * MINUTE);
    assert_eq!(sign_in(&guesser, "ada", PASSWORD, &[]).await, 303, "after a while one may try again");
}

#[tokio::test]
async fn j06_whoever_is_asked_to_wait_is_told_how_long() {
    let server = Server::start("a.test").await;
    server.person("ada").await;
    let guesser = server.visitor();
    let mut stopped = None;
    for n in 0..30 {
        let guess = format!("guess number {n}");
        let page = post_with(&guesser, "/sign-in", &[("login", "ada"), ("password", &guess)], &[]).await;
        stopped = stopped.or(Some(page).filter(|page| page.status == 429));
    }
    let wait: i64 = header(&stopped.expect("never stopped"), "retry-after").parse().expect("seconds");
    assert!(wait > 0 && wait * 1_000 <= 16 * MINUTE, "{wait}");
    server.world.clock().advance(wait * 1_000 + 1_000);
    assert_ne!(sign_in(&guesser, "ada", PASSWORD, &[]).await, 429, "no longer than that");
}

#[tokio::test]
async fn r089_name_and_address_of_one_account_share_its_guesses_and_no_window_has_an_edge() {
    let server = Server::start_with("a.test", &[("trusted_proxies", "127.0.0.0/8")]).await;
    server.person("ada").await;
    let guesser = server.visitor();
    let mut wrong = 0;
    // Straddles every quarter of an hour there is: two guesses a minute, for half an hour.
    for n in 0..60 {
        if n % 2 == 0 {
            server.world.clock().advance(MINUTE / 2);
        }
        let login = if n % 2 == 0 { "ada" } else { "ada@mail.example" };
        let claimed = format!("203.0.113.{n}");
        let status = sign_in(&guesser, login, &format!("guess number {n}"), &[("x-forwarded-for", &claimed)]).await;
        wrong += usize::from(status == 422);
        assert!(n < 24 || wrong < 25, "{wrong} guesses after {n}");
        if n == 24 {
            assert_eq!(status, 429, "stopped by the 25th");
        }
    }
}

#[tokio::test]
async fn r089_guesses_over_many_accounts_from_one_address_are_stopped() {
    let server = Server::start("a.test").await;
    let guesser = server.visitor();
    let mut answers = Vec::new();
    for n in 0..30 {
        answers.push(sign_in(&guesser, &format!("name{n}"), "password123", &[]).await);
    }
    assert!(answers.iter().position(|s| *s == 429).is_some_and(|at| at < 25), "{answers:?}");
    server.person("ada").await;
    assert_eq!(sign_in(&server.visitor(), "ada", PASSWORD, &[]).await, 303, "others elsewhere are not stopped");
    let page = post(&guesser, "/sign-in", &[("login", "ada"), ("password", PASSWORD)]).await;
    assert!(header(&page, "retry-after").parse::<u32>().is_ok_and(|s| s <= 900), "it says when to come back");
    assert!(page.says("Try again in"), "{}", page.html);
}

#[tokio::test]
async fn r091_forwarded_headers_from_somebody_who_is_no_proxy_change_nothing() {
    let server = Server::start_with("a.test", &[("trusted_proxies", "10.9.0.0/16")]).await;
    let client = server.world.client();
    let mut answers = Vec::new();
    for n in 0..30 {
        let claimed = format!("203.0.113.{n}");
        let mut request = client.post(format!("http://{}/sign-in", server.address));
        for (name, value) in [
            ("x-forwarded-for", claimed.clone()),
            ("forwarded", format!("for={claimed};proto=https")),
            ("x-real-ip", claimed.clone()),
            ("cf-connecting-ip", claimed.clone()),
            ("true-client-ip", claimed.clone()),
            ("content-type", "application/x-www-form-urlencoded".to_owned()),
        ] {
            request = request.header(name, value);
        }
        let fields = encoded(&[("login", &format!("name{n}")), ("password", "password123")]);
        answers.push(request.body(fields).send().await.unwrap().status().as_u16());
    }
    assert!(answers.iter().position(|s| *s == 429).is_some_and(|at| at < 25), "{answers:?}");
}

/// Trusted ranges, the peer, `X-Forwarded-For`, and whose address counts.
const HOPS: &[(&str, &str, &str, &str)] = &[
    ("", "198.51.100.7", "203.0.113.9", "198.51.100.7"),
    ("10.0.0.0/8", "198.51.100.7", "203.0.113.9", "198.51.100.7"),
    ("10.0.0.0/8", "10.0.0.1", "203.0.113.9", "203.0.113.9"),
    ("10.0.0.0/8", "10.0.0.1", "", "10.0.0.1"),
    ("10.0.0.0/8", "10.0.0.1", "1.2.3.4, 203.0.113.9", "203.0.113.9"),
    ("10.0.0.0/8", "10.0.0.1", "1.2.3.4, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
    ("10.0.0.0/8", "10.0.0.1", "1.2.3.4, 10.0.0.3, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
    ("10.0.0.0/8", "10.0.0.1", "10.0.0.4, 10.0.0.2", "10.0.0.4"),
    ("10.0.0.0/8", "10.0.0.1", "1.2.3.4, nonsense", "0.0.0.0"),
    ("10.0.0.0/8", "10.0.0.1", " 203.0.113.9 ", "203.0.113.9"),
    ("10.0.0.0/8", "::ffff:10.0.0.1", "203.0.113.9", "203.0.113.9"),
    ("10.0.0.0/8", "10.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"),
    ("fd00::/8", "fd00::1", "2001:db8::9", "2001:db8::9"),
    ("fd00::/8", "2001:db8::1", "203.0.113.9", "2001:db8::1"),
];

#[test]
fn r091_the_right_most_hop_that_is_no_proxy_counts() {
    for (trusted, peer, forwarded, counts) in HOPS {
        let trusted: Vec<ipnet::IpNet> = trusted.split(',').filter_map(|net| net.parse().ok()).collect();
        let mut all = HeaderMap::new();
        for line in forwarded.split('|').filter(|line| !line.is_empty()) {
            all.append("x-forwarded-for", line.parse().unwrap());
        }
        let seen = client::read(peer.parse().unwrap(), &all, &trusted);
        assert_eq!(seen.address.to_string(), *counts, "{trusted:?} {peer} {forwarded:?}");
    }
}

#[test]
fn r091_scheme_and_host_are_believed_from_a_proxy_only() {
    let trusted = ["10.0.0.0/8".parse().unwrap()];
    let all = headers(&[("host", "inside:8080"), ("x-forwarded-proto", "https"), ("x-forwarded-host", "a.test")]);
    assert_eq!(client::read("10.0.0.1".parse().unwrap(), &all, &trusted).origin(), "https://a.test");
    assert_eq!(client::read("192.0.2.1".parse().unwrap(), &all, &trusted).origin(), "http://inside:8080");
}

#[test]
fn attempts_are_counted_by_network_where_one_customer_has_many_addresses() {
    let bucket = |peer: &str| client::read(peer.parse().unwrap(), &HeaderMap::new(), &[]).bucket();
    assert_eq!(bucket("2001:db8:1:2::1"), bucket("2001:db8:1:2:ffff::9"));
    assert_ne!(bucket("2001:db8:1:2::1"), bucket("2001:db8:1:3::1"));
    assert_ne!(bucket("192.0.2.1"), bucket("192.0.2.2"));
    assert_eq!(bucket("::ffff:192.0.2.1"), bucket("192.0.2.1"));
}

#[tokio::test]
async fn r092_signing_up_over_and_over_from_one_address_is_stopped() {
    let server = Server::start("a.test").await;
    let browser = server.visitor();
    let mut answers = Vec::new();
    for n in 0..7 {
        let (name, mail) = (format!("ada{n}"), format!("ada{n}@mail.example"));
        let fields = [("username", name.as_str()), ("email", &mail), ("password", PASSWORD)];
        answers.push(post(&browser, "/join", &fields).await.status.as_u16());
    }
    assert_eq!(answers, [303, 303, 303, 303, 303, 429, 429]);
    server.world.clock().advance(HOUR + MINUTE);
    let fields = [("username", "late"), ("email", "late@mail.example"), ("password", PASSWORD)];
    assert_eq!(post(&browser, "/join", &fields).await.status, 303);
}

#[tokio::test]
async fn r092_wrong_current_passwords_in_the_settings_are_stopped() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let mut answers = Vec::new();
    for n in 0..26 {
        let guess = format!("wrong guess {n}");
        let fields = [("current", guess.as_str()), ("new", "another good password")];
        answers.push(post(&ada, "/settings/password", &fields).await.status.as_u16());
    }
    assert!(answers.iter().position(|s| *s == 429).is_some_and(|at| (5..25).contains(&at)), "{answers:?}");
}

#[tokio::test]
async fn r093_a_known_and_an_unknown_name_get_the_same_answer_in_the_same_time() {
    let server = Server::start("a.test").await;
    server.person("ada").await;
    let mut times = [Vec::new(), Vec::new()];
    let mut pages = Vec::new();
    for _ in 0..7 {
        for (which, name) in ["ada", "eve"].into_iter().enumerate() {
            let browser = server.visitor();
            let since = Instant::now();
            let page = post(&browser, "/sign-in", &[("login", name), ("password", "not the right one")]).await;
            times[which].push(since.elapsed());
            pages.push((page.status, page.says("Name or password are not right.")));
        }
    }
    assert!(pages.iter().all(|page| *page == (reqwest::StatusCode::UNPROCESSABLE_ENTITY, true)), "{pages:?}");
    let [known, unknown] = times.map(|mut list| {
        list.sort();
        list[list.len() / 2]
    });
    let (less, more) = (known.min(unknown), known.max(unknown));
    assert!(more - less < Duration::from_millis(20) || more < less.mul_f64(1.7), "{known:?} {unknown:?}");
}

#[tokio::test]
async fn a_new_password_signs_other_devices_out_and_the_old_one_is_dead() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let phone = ada.signed_in_elsewhere(&server).await;
    let wrong = [("current", "not this one"), ("new", "seven new words of mine")];
    assert_eq!(post(&ada, "/settings/password", &wrong).await.status, 422);
    assert_eq!(post(&ada, "/settings/password", &[("current", PASSWORD), ("new", "short")]).await.status, 422);
    let right = [("current", PASSWORD), ("new", "seven new words of mine")];
    assert_eq!(post(&ada, "/settings/password", &right).await.status, 303);
    assert!(is_signed_in(&ada).await);
    assert!(!is_signed_in(&phone).await);
    assert_eq!(sign_in(&server.visitor(), "ada", PASSWORD, &[]).await, 422);
    assert_eq!(sign_in(&server.visitor(), "ada", "seven new words of mine", &[]).await, 303);
}

#[tokio::test]
async fn devices_are_listed_and_signed_out_one_by_one_or_all_but_this() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let (phone, tablet) = (ada.signed_in_elsewhere(&server).await, ada.signed_in_elsewhere(&server).await);
    let page = ada.page("/settings").await;
    let ends: Vec<_> = page.forms().into_iter().filter(|f| f.action.ends_with("/end")).collect();
    assert_eq!(ends.len(), 2, "this device is not among those to sign out");
    ada.submit(ends[0].clone()).await;
    let left = [is_signed_in(&phone).await, is_signed_in(&tablet).await];
    assert_eq!(left.iter().filter(|on| **on).count(), 1);
    ada.press("/settings", "/settings/sessions/end-others").await;
    assert!(!is_signed_in(&phone).await && !is_signed_in(&tablet).await);
    assert!(is_signed_in(&ada).await);
}

#[tokio::test]
async fn nobody_ends_somebody_elses_session() {
    let server = Server::start("a.test").await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    ada.signed_in_elsewhere(&server).await;
    let page = ada.page("/settings").await;
    let end = page.forms().into_iter().find(|f| f.action.ends_with("/end")).unwrap();
    post(&eve, &end.action, &[]).await;
    assert!(ada.page("/settings").await.form(&end.action).is_some(), "it is still there");
}

#[tokio::test]
async fn the_owners_link_dies_after_a_day() {
    let server = Server::start_with("a.test", &[("registration", "closed")]).await;
    let link = sessions::make_link(&server.app, sessions::OWNER_LINK, None).await.unwrap();
    let path = format!("/welcome/{link}");
    let visitor = server.visitor();
    server.world.clock().advance(DAY - MINUTE);
    assert_eq!(look(&visitor, &path).await.status, 200);
    server.world.clock().advance(2 * MINUTE);
    assert_eq!(look(&visitor, &path).await.status, 403);
    let fields = [("username", "ada"), ("email", "ada@mail.example"), ("password", PASSWORD)];
    assert_eq!(post(&visitor, &path, &fields).await.status, 403);
}

#[tokio::test]
async fn r088_of_ten_who_use_a_reset_link_at_once_one_succeeds() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let page = server.visitor().page("/@ada").await;
    assert!(page.says("@ada@a.test"));
    let row = cyanotype::service::accounts::local(&server.app, "ada").await.unwrap();
    let link = sessions::make_link(&server.app, sessions::RESET_LINK, Some(row.id)).await.unwrap();
    let path = format!("/reset/{link}");
    let tries = (0..10).map(|n| {
        let (browser, path) = (server.visitor(), path.clone());
        async move { post(&browser, &path, &[("password", &format!("new password {n}"))]).await.status.as_u16() }
    });
    let answers = futures_util::future::join_all(tries).await;
    assert_eq!(answers.iter().filter(|s| **s == 303).count(), 1, "{answers:?}");
    assert!(!is_signed_in(&ada).await, "every session ends");
}

#[tokio::test]
async fn where_sign_up_is_closed_nobody_joins() {
    let world = World::new(["a.test"]).await;
    let server = world.server_with("a.test", &[("registration", "closed")]).await;
    let visitor = server.visitor();
    let page = visitor.page("/join").await;
    assert!(page.form("/join").is_none() && page.says("New accounts are closed"), "{}", page.html);
    let fields = [("username", "eve"), ("email", "eve@mail.example"), ("password", PASSWORD)];
    assert_eq!(post(&visitor, "/join", &fields).await.status, 403);
    assert_eq!(look(&visitor, "/@eve").await.status, 404);
}

#[tokio::test]
async fn what_is_wrong_in_a_sign_up_is_said_and_the_rest_is_kept() {
    let server = Server::start("a.test").await;
    server.person("ada").await;
    for (name, mail, password, sentence) in [
        ("ada", "new@mail.example", PASSWORD, "@ada is taken"),
        ("a-b", "new@mail.example", PASSWORD, "letters (a–z), digits or underscores"),
        ("", "new@mail.example", PASSWORD, "A user name has 1 to 30"),
        ("admin", "new@mail.example", PASSWORD, "kept for the server"),
        ("bea", "nonsense", PASSWORD, "no e-mail address"),
        ("bea", "bea@mail.example", "short", "at least 10 characters"),
    ] {
        let page =
            post(&server.visitor(), "/join", &[("username", name), ("email", mail), ("password", password)]).await;
        assert_eq!(page.status, 422, "{name} {mail}");
        assert!(page.says(sentence), "{sentence}: {}", page.html);
        let form = page.form("/join").unwrap();
        assert_eq!((form.values("username"), form.values("email")), (vec![name], vec![mail]));
        assert_eq!(form.values("password"), [""], "a password is not given back");
    }
}
