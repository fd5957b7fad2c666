//! What is done from the command line.

use super::binary::Folder;
use super::tab::Tab;
use std::time::{Duration, Instant};

const PASSWORD: &str = "the sea at ten past four";
const OTHER: &str = "another set of words";

/// The path of the link in what a command printed.
fn link(out: &str) -> String {
    out[out.find("/reset/").unwrap_or_else(|| panic!("no link in {out:?}"))..].trim().to_owned()
}

#[tokio::test]
async fn an_account_made_with_a_password_from_standard_input_can_sign_in() {
    let folder = Folder::new();
    let made = folder.run(&["admin", "create-account", "ada", "--email", "ada@example.org"], &format!("{PASSWORD}\n"));
    assert!(made.success && made.out.contains("@ada was made."), "{made:?}");
    assert!(!made.out.contains("/reset/"), "no link beside the password");
    let _server = folder.start();
    let ada = Tab::at(&folder.url(""));
    assert_eq!(ada.sign_in("ada", PASSWORD).await.led(), "/");
    assert_eq!(Tab::at(&folder.url("")).sign_in("ada@example.org", PASSWORD).await.led(), "/");
}

#[tokio::test]
async fn an_account_made_without_a_password_gets_a_link_that_works_once() {
    let folder = Folder::new();
    let made = folder.run(&["admin", "create-account", "ada", "--email", "ada@example.org"], "");
    assert!(made.success, "{made:?}");
    let link = link(&made.out);
    let _server = folder.start();
    let ada = Tab::at(&folder.url(""));
    assert!(ada.get(&link).await.ok().has("@ada"));
    let short = ada.post(&link, &[("password", "short")]).await;
    assert_eq!(short.status, 422, "a bad password does not use the link up");
    assert_eq!(ada.post(&link, &[("password", PASSWORD)]).await.led(), "/sign-in?said=reset");
    assert_eq!(ada.post(&link, &[("password", OTHER)]).await.status, 403);
    assert_eq!(ada.sign_in("ada", OTHER).await.status, 422);
    assert_eq!(ada.sign_in("ada", PASSWORD).await.led(), "/");
}

#[test]
fn the_owner_made_on_the_command_line_needs_no_link_at_the_start() {
    let folder = Folder::new();
    let arguments = ["admin", "create-account", "ada", "--email", "ada@example.org", "--role", "owner"];
    assert!(folder.run(&arguments, PASSWORD).success);
    let server = folder.start();
    server.line("Open ");
    assert!(!server.said().contains("/welcome/"));
}

#[test]
fn an_account_that_cannot_be_is_refused_in_a_sentence() {
    let folder = Folder::new();
    let create = |name: &str, email: &str, password: &str| {
        folder.run(&["admin", "create-account", name, "--email", email], password)
    };
    assert!(create("ada", "ada@example.org", PASSWORD).success);
    for (name, email, password, sentence) in [
        ("ada", "two@example.org", PASSWORD, "@ada is taken"),
        ("Ada", "two@example.org", PASSWORD, "@ada is taken"),
        ("bea", "ada@example.org", PASSWORD, "belongs to an account already"),
        ("bea", "Ada@Example.org", PASSWORD, "belongs to an account already"),
        ("bea", "bea", PASSWORD, "no e-mail address"),
        ("b/ea", "bea@example.org", PASSWORD, "A user name has"),
        ("admin", "bea@example.org", PASSWORD, "kept for the server"),
        ("bea", "bea@example.org", "short", "at least 10 characters"),
    ] {
        let refused = create(name, email, password);
        assert_eq!(refused.code, Some(1), "{name} {email}: {refused:?}");
        assert!(refused.err.contains(sentence), "{name} {email}: {}", refused.err);
    }
}

#[tokio::test]
async fn r087_a_password_reset_on_the_command_line_ends_sessions_at_a_running_server() {
    let folder = Folder::new();
    assert!(folder.run(&["admin", "create-account", "ada", "--email", "ada@example.org"], PASSWORD).success);
    let _server = folder.start();
    let ada = Tab::at(&folder.url(""));
    ada.sign_in("ada", PASSWORD).await.led();
    ada.get("/settings").await.ok();
    let reset = folder.run(&["admin", "reset-password", "ada"], OTHER);
    assert!(reset.success && reset.out.contains("every device was signed out"), "{reset:?}");
    let since = Instant::now();
    while ada.get("/settings").await.status == 200 {
        assert!(since.elapsed() < Duration::from_secs(5), "the session goes on");
    }
    assert_eq!(ada.sign_in("ada", PASSWORD).await.status, 422);
    assert_eq!(ada.sign_in("ada", OTHER).await.led(), "/");
}

#[tokio::test]
async fn a_reset_without_a_password_prints_a_link_and_changes_nothing_yet() {
    let folder = Folder::new();
    assert!(folder.run(&["admin", "create-account", "ada", "--email", "ada@example.org"], PASSWORD).success);
    let first = link(&folder.run(&["admin", "reset-password", "@ada"], "").out);
    let second = link(&folder.run(&["admin", "reset-password", "ada"], "").out);
    let _server = folder.start();
    let ada = Tab::at(&folder.url(""));
    assert_eq!(ada.sign_in("ada", PASSWORD).await.led(), "/", "the old password still works");
    assert_eq!(ada.get(&first).await.status, 403, "a newer link ends the older one");
    ada.get(&second).await.ok();
    let nobody = folder.run(&["admin", "reset-password", "bea"], OTHER);
    assert_eq!(nobody.code, Some(1));
    assert!(nobody.err.contains("nobody here is called bea"), "{}", nobody.err);
}

#[test]
fn servers_kept_out_are_listed_and_can_be_let_in_again() {
    let folder = Folder::new();
    let blocked = folder.run(&["admin", "block-domain", "Bad.Example.", "--note", "spam"], "");
    assert!(blocked.success && blocked.out.contains("bad.example and its subdomains are kept out"), "{blocked:?}");
    assert_eq!(folder.run(&["admin", "blocked-domains"], "").out, "bad.example\tspam\n");
    assert!(!folder.run(&["admin", "block-domain", "not a domain"], "").success);
    assert!(folder.run(&["admin", "unblock-domain", "bad.example"], "").out.contains("Let in again"));
    assert!(folder.run(&["admin", "unblock-domain", "bad.example"], "").out.contains("not kept out"));
    assert_eq!(folder.run(&["admin", "blocked-domains"], "").out, "");
}

#[test]
fn what_is_stored_can_be_added_up_and_pictures_of_others_put_away() {
    let folder = Folder::new();
    let usage = folder.run(&["media", "usage"], "");
    assert!(usage.success, "{usage:?}");
    for line in
        ["ours\toriginals\t0", "remote\tphotos\t0\t0 photos; 0 more were put away", "most that is kept\t10737418240"]
    {
        assert!(usage.out.contains(line), "{line}: {}", usage.out);
    }
    let put_away = folder.run(&["media", "evict", "--bytes", "0", "--days", "0"], "");
    assert!(put_away.success && put_away.out.starts_with("0 put away, 0 bytes; 0 bytes of other"), "{put_away:?}");
}

#[test]
fn config_prints_every_setting_with_the_place_it_comes_from_and_no_secret() {
    let folder = Folder::new().with("CYANOTYPE_MAX_PHOTOS", "7");
    let text = "server_name = \"Fjord\"\ns3_endpoint = \"https://s3.example\"\ns3_bucket = \"b\"\n\
                s3_access_key = \"k\"\ns3_secret_key = \"very-secret\"\nmax_photos = 5\n";
    std::fs::write(folder.path("cyanotype.toml"), text).unwrap();
    let printed = folder.run(&["config"], "");
    assert!(printed.success, "{printed:?}");
    let line = |name: &str| {
        let start = format!("{name} = ");
        printed.out.lines().find(|l| l.starts_with(&start)).unwrap_or_else(|| panic!("no {name} in {}", printed.out))
    };
    assert!(line("max_photos").starts_with("max_photos = 7  # CYANOTYPE_MAX_PHOTOS"), "{}", line("max_photos"));
    assert!(line("server_name").starts_with("server_name = \"Fjord\"  # cyanotype.toml"), "{}", line("server_name"));
    assert!(line("max_alt").starts_with("max_alt = 2000  # default"), "{}", line("max_alt"));
    assert!(!printed.out.contains("very-secret"), "{}", printed.out);
    assert_eq!(printed.out.lines().count(), cyanotype::config::KEYS.len());
    assert!(!folder.path("data").exists(), "asking makes nothing");
}

#[test]
fn another_settings_file_can_be_named() {
    let folder = Folder::new();
    std::fs::write(folder.path("other.toml"), "max_alt = 1500\n").unwrap();
    let printed = folder.run(&["config", "--config", "other.toml"], "");
    assert!(printed.out.contains("max_alt = 1500  # other.toml"), "{printed:?}");
}

#[test]
fn a_settings_file_that_was_named_but_is_not_there_is_said() {
    let folder = Folder::new();
    let printed = folder.run(&["config", "--config", "nowhere.toml"], "");
    assert!(!printed.success && printed.err.contains("nowhere.toml"), "{printed:?}");
}

#[test]
fn variables_of_others_may_hold_anything_and_ours_must_be_text() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::new();
    let noise = OsStr::from_bytes(b"\xff\xfe");
    assert!(folder.command(&["config"]).env("LESS_TERMCAP", noise).output().unwrap().status.success());
    let refused = folder.command(&["config"]).env("CYANOTYPE_SERVER_NAME", noise).output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("CYANOTYPE_SERVER_NAME") && said.contains("no text"), "{said}");
}

/// The block of code in the README that begins so.
fn recipe(beginning: &str) -> String {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let inside = readme.split(beginning).nth(1).unwrap_or_else(|| panic!("no {beginning} in the README"));
    inside.split("```").next().unwrap().to_owned()
}

#[test]
fn nginx_takes_the_recipe_of_the_readme() {
    let folder = Folder::new();
    let keys = rcgen::generate_simple_self_signed(["photos.example".to_owned()]).unwrap();
    std::fs::write(folder.path("fullchain.pem"), keys.cert.pem()).unwrap();
    std::fs::write(folder.path("privkey.pem"), keys.signing_key.serialize_pem()).unwrap();
    let here = folder.path("").display().to_string();
    let server = recipe("```nginx").replace("/etc/letsencrypt/live/photos.example/", &here);
    let whole = format!("pid {here}nginx.pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{server}}}\n");
    std::fs::write(folder.path("nginx.conf"), whole).unwrap();
    let conf = folder.path("nginx.conf").display().to_string();
    let done = std::process::Command::new("nginx").args(["-t", "-p", &here, "-c", &conf]).output();
    let done = done.expect("nginx is there: .ci/test installs it");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn moving_from_the_command_line_says_what_is_missing() {
    let folder = Folder::new();
    assert!(folder.run(&["admin", "create-account", "ada", "--email", "ada@example.org"], PASSWORD).success);
    let unknown = folder.run(&["admin", "move", "eve", "@eve@new.example"], "");
    assert!(!unknown.success && unknown.err.contains("nobody here is called eve"), "{unknown:?}");
    let early = folder.run(&["admin", "move", "@ada", "@ada@new.example"], "");
    assert!(!early.success && early.err.contains("no public address yet"), "{early:?}");
}

#[test]
fn r050a_each_private_range_that_may_be_asked_is_named_at_the_start() {
    let folder = Folder::new().with("CYANOTYPE_ALLOW_PRIVATE_ADDRESSES", "10.1.0.0/16,192.168.7.0/24");
    let server = folder.start();
    for range in ["10.1.0.0/16", "192.168.7.0/24"] {
        assert!(server.line(range).contains("private range"), "{range}");
    }
    let folder = Folder::new();
    let server = folder.start();
    assert!(!server.said().contains("private range"), "none by default");
}

#[tokio::test]
async fn a_signing_key_is_changed_by_command() {
    let folder = Folder::new();
    assert!(folder.run(&["admin", "create-account", "ada", "--email", "ada@example.org"], PASSWORD).success);
    let changed = folder.run(&["admin", "rotate-key", "@ada"], "");
    assert!(changed.success && changed.out.contains("@ada has a new key"), "{changed:?}");
    assert!(!folder.run(&["admin", "rotate-key", "nobody"], "").success);
}

#[tokio::test]
async fn relays_are_joined_listed_and_left_by_command() {
    let folder = Folder::new();
    let alone = folder.run(&["admin", "relay", "add", "https://relay.example/inbox"], "");
    assert!(!alone.success && alone.err.contains("no public address"), "{alone:?}");
    let listed = folder.run(&["admin", "relay", "list"], "");
    assert!(listed.success && listed.out.is_empty(), "{listed:?}");
    let left = folder.run(&["admin", "relay", "remove", "https://relay.example/inbox"], "");
    assert!(left.success && left.out.contains("It was not there."), "{left:?}");
}

#[test]
fn custom_emoji_are_added_listed_and_taken_away() {
    let folder = Folder::new();
    let fixture = |name: &str| format!("{}/media-test-fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    let begun = Instant::now();
    let added = folder.run(&["admin", "add-emoji", ":fern:", &fixture("alpha.png"), "--category", "Plants"], "");
    assert!(begun.elapsed() < Duration::from_secs(20), "it waits for nothing: {:?}", begun.elapsed());
    assert!(added.success && added.out.contains(":fern: can be used."), "{added:?}");
    assert!(folder.run(&["admin", "emoji"], "").out.contains(":fern:\tPlants"));
    for (name, file, sentence) in [
        ("a b", "alpha.png", "A name has 1 to 64"),
        ("fern", "alpha.heic", "use a PNG, GIF, WebP or JPEG"),
        ("fern", "html.jpg", "The picture"),
        ("fern", "not-there.png", "cannot be read"),
    ] {
        let refused = folder.run(&["admin", "add-emoji", name, &fixture(file)], "");
        assert!(!refused.success && refused.err.contains(sentence), "{name} {file}: {refused:?}");
    }
    assert!(folder.run(&["admin", "remove-emoji", "fern"], "").out.contains("Taken away."));
    assert!(!folder.run(&["admin", "emoji"], "").out.contains("fern"));
}
