//! A full day of two clients nobody here wrote, Mastodon.py and masto, each on two servers of ours that are
//! federated. The scripts are in `tests/peers`; each of their steps says in a line how it went.
//!
//! A day takes long and mostly waits. In a run of everything both begin beside the first test that needs a
//! server, and are judged here, nearly last: tests run in the order of their names.

use crate::support::*;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Once};
use std::time::Duration;
use tokio::process::Command;

/// How long a day may take.
const DAY: Duration = Duration::from_secs(300);

/// How a day went.
struct Day {
    /// `ok NAME` or `FAIL NAME: why`, a line a step.
    said: String,
    /// What the script wrote beside it: how long each step took, and where it failed.
    beside: String,
}

static MASTODON_PY: LazyLock<Day> = LazyLock::new(|| Day::spent(mastodon_py));
static MASTO: LazyLock<Day> = LazyLock::new(|| Day::spent(masto));

/// Begins both days, one after the other, in a run of everything. A run of a few tests spends them only when
/// one of these tests is among them.
pub fn begin() {
    static BEGUN: Once = Once::new();
    let everything = std::env::args().skip(1).all(|word| word.starts_with('-'));
    if everything {
        BEGUN.call_once(|| {
            std::thread::spawn(|| [&MASTODON_PY, &MASTO].map(LazyLock::force));
        });
    }
}

fn peer(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers").join(name)
}

/// Runs to its end a command that must go well.
fn install(command: &mut std::process::Command) {
    let done = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// The script in Python, in an environment of its own beside what is built. `.ci/test` makes it too.
fn mastodon_py() -> Command {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("tools").join("mastodon_py");
    let python = folder.join("bin/python");
    let there = std::process::Command::new(&python).args(["-c", "import mastodon"]).output();
    if !there.is_ok_and(|done| done.status.success()) {
        install(std::process::Command::new("python3").args(["-m", "venv"]).arg(&folder));
        let wanted = peer("mastodon_py").join("requirements.txt");
        install(std::process::Command::new(&python).args(["-m", "pip", "install", "--quiet", "-r"]).arg(wanted));
    }
    let mut command = Command::new(python);
    command.args(["-W", "ignore", "day.py"]).current_dir(peer("mastodon_py"));
    command.env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHONUNBUFFERED", "1");
    command
}

fn masto() -> Command {
    if !peer("masto").join("node_modules/masto").exists() {
        install(std::process::Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(peer("masto")));
    }
    let mut command = Command::new("node");
    command.arg("day.mjs").current_dir(peer("masto"));
    command
}

impl Day {
    /// Spends it: on a runtime of its own, for all tests that look at it.
    fn spent(script: fn() -> Command) -> Self {
        let spend = move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
            runtime.expect("a runtime").block_on(Self::spend(script()))
        };
        std::thread::spawn(spend).join().expect("the day comes to its end")
    }

    async fn spend(mut script: Command) -> Self {
        let world = World::new(["a.test", "b.test"]).await;
        let (a, b) = (world.server("a.test").await, world.server("b.test").await);
        a.owner("ada").await;
        a.person("eve").await;
        b.owner("bob").await;
        script.env("RESOLVE", world.resolve()).env("PASSWORD", PASSWORD);
        script.env("PHOTOS", fixture("")).env("NO_PROXY", "*");
        script.env("REQUESTS_CA_BUNDLE", world.ca_file()).env("NODE_EXTRA_CA_CERTS", world.ca_file());
        let done = tokio::time::timeout(DAY, script.kill_on_drop(true).output()).await;
        let done = done.expect("it ends in time").expect("it can be run");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Self { said: text(done.stdout), beside: text(done.stderr) }
    }

    /// All of these steps went well.
    fn held(&self, steps: &[&str]) {
        let ok = |step: &str| self.said.lines().any(|line| line == format!("ok {step}"));
        let why = |step: &str| {
            let line = self.said.lines().find(|line| line.starts_with(&format!("FAIL {step}: ")));
            line.map_or_else(|| format!("not played: {step}"), str::to_owned)
        };
        let failed: Vec<String> = steps.iter().filter(|step| !ok(step)).map(|step| why(step)).collect();
        assert!(failed.is_empty(), "{}\n\n{}", failed.join("\n"), self.beside);
    }
}

/// One test for each client and each part of the day.
macro_rules! parts {
    ($($name:ident: $steps:expr;)*) => {
        mod mastodon_py {
            $(#[test] fn $name() { super::MASTODON_PY.held($steps); })*
        }

        mod masto {
            $(#[test] fn $name() { super::MASTO.held($steps); })*
        }

        /// Every step that both clients play.
        const STEPS: &[&[&str]] = &[$($steps),*];
    };
}

parts! {
    signs_in_and_holds_a_token: &[
        "the server says what it speaks",
        "an app registers, and ada signs in and lets it in",
        "eve and bob let it in",
        "the token is hers",
        "whoever holds no token is told so",
    ];
    follows_and_asks_to_follow: &[
        "eve finds ada and follows her",
        "a locked person is asked and says yes",
        "followers and following are listed",
    ];
    keeps_lists: &[
        "a list is made and renamed",
        "somebody is put into it",
        "a list is emptied and deleted",
    ];
    posts_an_album_of_six: &[
        "six photos are sent with alt text",
        "alt text is changed before posting",
        "an album of six is posted",
        "its pictures can be fetched",
        "the same key posts once",
        "nothing at all is refused",
        "a followers-only post is not for everybody",
    ];
    pages_every_timeline_both_ways: &[
        "home is paged both ways",
        "the public timeline is paged both ways",
        "a hashtag is paged both ways",
        "an account is paged both ways",
        "a list is paged both ways",
    ];
    edits_and_deletes: &[
        "source gives the words back",
        "an edit changes words and alt text",
        "history holds both versions",
        "a deleted post is handed back and gone",
        "its photos can be posted again",
    ];
    favours_boosts_keeps_and_answers: &[
        "a favourite is counted, listed and taken back",
        "a boost is a post of its own",
        "a bookmark is hers alone",
        "a reply stands under the post",
        "a pin heads the profile",
    ];
    reads_notifications: &[
        "what happened is told",
        "kinds are chosen",
        "notifications are paged both ways",
        "they are grouped",
        "unread ones are counted up to the marker",
        "one is dismissed and all are cleared",
    ];
    hears_streams_within_a_second: &[
        "a post is heard within a second",
        "so are an edit and a deletion",
        "a notification is heard",
        "public, hashtag and list streams are heard",
    ];
    filters_what_it_is_told_to: &[
        "a filter warns and says why",
        "a filter hides",
        "a single post is filtered",
        "the old way to filter works",
        "without the filter all is back",
    ];
    writes_messages_plans_posts_and_reports: &[
        "a message is a conversation",
        "a post waits for its time",
        "a hashtag is followed",
        "the profile is changed",
        "a report is taken",
    ];
    mutes_and_blocks: &[
        "a mute holds",
        "a mute for a while says until when",
        "a block holds",
        "an unblock ends it",
        "a whole server is kept out",
    ];
    meets_another_server: &[
        "somebody elsewhere is found by handle",
        "she is followed",
        "her album arrives with its alt text",
        "a post is found by its address",
        "favourite, boost and reply reach her",
        "an edit reaches him",
        "a deletion reaches him",
    ];
    signs_out: &["the token is given back"];
}

const PROOF: &str = "a code is worth nothing without its verifier";

#[test]
fn masto_proves_that_it_is_who_asked() {
    MASTO.held(&[PROOF]);
}

#[test]
fn no_step_goes_unseen() {
    let known: Vec<&str> = STEPS.iter().copied().flatten().copied().chain([PROOF]).collect();
    for line in MASTODON_PY.said.lines().chain(MASTO.said.lines()) {
        let step = line.strip_prefix("ok ").or(line.strip_prefix("FAIL ")).unwrap_or_else(|| panic!("{line}"));
        assert!(known.iter().any(|name| step.starts_with(name)), "no test looks at: {line}");
    }
}
