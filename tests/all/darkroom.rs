//! A photo that misbehaves costs its own refusal and one child process, nothing else. Files that begin
//! with `cyanotype-drill:` make a child of a debug build do what a broken decoder might.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]
#![allow(clippy::disallowed_methods, reason = "tests are no part of the server, whose tasks are tracked")]

use crate::process::binary::{Folder, photograph};
use crate::process::tab::{Form, Tab};
use crate::support::{Server, eventually, fixture};
use cyanotype::darkroom::{Darkroom, DarkroomError, Options, PROCESSOR_TIME};
use cyanotype::photo::{Limits, Recipe};
use cyanotype::telemetry::metrics::Metrics;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A darkroom with these bounds, and a folder for files that misbehave.
struct Scene {
    room: Darkroom,
    folder: TempDir,
    tasks: TaskTracker,
}

impl Scene {
    fn new(change: impl FnOnce(&mut Options)) -> Self {
        let tasks = TaskTracker::new();
        let mut options = Options {
            program: env!("CARGO_BIN_EXE_cyanotype").into(),
            workers: 2,
            queue: 4,
            memory: 384 << 20,
            patience: Duration::from_secs(20),
            processor: PROCESSOR_TIME,
            idle: Duration::from_secs(30),
            limits: Limits::default(),
            recipe: Recipe::default(),
            times: Metrics::new().unwrap().photo_times,
            tasks: tasks.clone(),
            stopping: CancellationToken::new(),
        };
        change(&mut options);
        Self { room: Darkroom::new(options), folder: tempfile::tempdir().unwrap(), tasks }
    }

    fn drill(&self, what: &str) -> PathBuf {
        let path = self.folder.path().join(what);
        std::fs::write(&path, format!("cyanotype-drill:{what}")).unwrap();
        path
    }

    async fn fails(&self, what: &str) -> DarkroomError {
        self.room.process(&self.drill(what)).await.expect_err(what)
    }

    async fn works(&self) {
        let derived = self.room.process(&fixture("photo-coffee.jpg")).await.unwrap();
        assert_eq!((derived.width, derived.height), (600, 400));
        assert!(derived.renditions.iter().all(|r| r.bytes.starts_with(&[0xFF, 0xD8])));
    }
}

#[tokio::test]
async fn a_photo_is_the_same_whether_it_is_developed_here_or_in_a_child() {
    let scene = Scene::new(|_| {});
    let (here, there) = (
        cyanotype::photo::process(&photograph("display-p3.jpg"), &Limits::default()).unwrap(),
        scene.room.process(&fixture("display-p3.jpg")).await.unwrap(),
    );
    assert_eq!(here.blurhash, there.blurhash);
    let bytes = |d: &cyanotype::photo::Derived| d.renditions.iter().map(|r| r.bytes.clone()).collect::<Vec<_>>();
    assert_eq!(bytes(&here), bytes(&there));
}

#[cfg(feature = "libjpeg-turbo")]
#[tokio::test]
async fn a_library_in_c_reads_and_fails_locked_in() {
    let scene = Scene::new(|options| options.workers = 1);
    let there = scene.room.process(&fixture("arithmetic-odd.jpg")).await.unwrap();
    let here = cyanotype::photo::process(&photograph("photo-pagoda.jpg"), &Limits::default()).unwrap();
    assert_eq!(there.renditions[0].bytes, here.renditions[0].bytes);
    let (whole, cut) = (photograph("arithmetic-odd.jpg"), scene.folder.path().join("cut.jpg"));
    std::fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    match scene.room.process(&cut).await {
        Err(DarkroomError::Refused { why, .. }) => assert!(why.contains("cut short"), "{why}"),
        other => panic!("{other:?}"),
    }
    scene.works().await;
}

#[tokio::test]
async fn r070_a_child_reaches_no_file_no_network_and_no_other_program() {
    let scene = Scene::new(|_| {});
    for what in ["file", "folder", "network", "socket", "process"] {
        // Exit status 3 is the drill's own: what it tried was not permitted.
        match scene.fails(what).await {
            DarkroomError::Crashed { status } => assert_eq!(status, "exit status: 3", "{what}"),
            other => panic!("{what}: {other:?}"),
        }
    }
    assert!(!std::path::Path::new("/tmp/cyanotype-drill").exists());
    scene.works().await;
}

#[tokio::test]
async fn whatever_ends_a_child_is_one_refused_photo() {
    let scene = Scene::new(|_| {});
    for what in ["abort", "overflow", "memory", "exit"] {
        let error = scene.fails(what).await;
        assert!(matches!(error, DarkroomError::Crashed { .. }), "{what}: {error:?}");
        assert_eq!(error.to_string(), "could not be read: the file is damaged");
        assert!(error.is_about_the_file(), "{what}: it is not tried again");
        scene.works().await;
    }
}

#[tokio::test]
async fn a_decoder_that_panics_is_one_refused_photo_and_its_child_goes_on() {
    let scene = Scene::new(|_| {});
    let path = scene.folder.path().join("panic.jpg");
    std::fs::write(&path, [photograph("photo-coffee.jpg"), b"cyanotype-drill:panic".to_vec()].concat()).unwrap();
    match scene.room.process(&path).await {
        Err(DarkroomError::Refused { why, cause }) => {
            assert_eq!(why, "could not be read: the file is damaged");
            assert!(cause.contains("a drill"), "{cause}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(scene.room.idle(), 1, "the child is still there");
    scene.works().await;
}

#[tokio::test]
async fn r065a_no_photo_takes_more_than_ten_seconds_of_the_processor() {
    assert!(PROCESSOR_TIME <= Duration::from_secs(10));
    let scene = Scene::new(|options| options.processor = Duration::from_secs(1));
    let begun = Instant::now();
    // SIGXCPU: it is the system that ends it, long before the clock would.
    match scene.fails("spin").await {
        DarkroomError::Crashed { status } => assert!(status.starts_with("signal: 24"), "{status}"),
        other => panic!("{other:?}"),
    }
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    scene.works().await;
}

#[tokio::test]
async fn r065a_no_more_photos_are_worked_on_at_once_than_there_are_workers() {
    let scene = Scene::new(|options| {
        (options.workers, options.patience, options.processor) = (1, Duration::from_secs(1), Duration::from_secs(5));
    });
    let begun = Instant::now();
    tokio::join!(scene.fails("spin"), scene.fails("spin"), scene.fails("spin"));
    assert!(begun.elapsed() >= Duration::from_secs(3), "one after the other: {:?}", begun.elapsed());
}

#[tokio::test]
async fn a_hundred_photos_at_once_are_worked_on_in_turns_and_within_their_memory() {
    let scene = Scene::new(|options| (options.queue, options.memory) = (8, 16 << 20));
    let picture = fixture("photo-coffee.jpg");
    let patient = futures_util::future::join_all((0..100).map(|_| scene.room.process_patiently(&picture))).await;
    assert!(patient.iter().all(|made| made.as_ref().is_ok_and(|made| made.width == 600)));
    assert!(scene.room.idle() <= 2, "never more children than workers");
    let hasty = futures_util::future::join_all((0..100).map(|_| scene.room.process(&picture))).await;
    let full = hasty.iter().filter(|made| matches!(made, Err(DarkroomError::Full))).count();
    assert_eq!((full, hasty.iter().filter(|made| made.is_ok()).count()), (90, 10), "two at work, eight waiting");
}

#[tokio::test]
async fn a_refusal_keeps_its_child_warm() {
    let scene = Scene::new(|_| {});
    scene.works().await;
    let error = scene.room.process(&fixture("svg.jpg")).await.unwrap_err();
    assert!(error.to_string().contains("is an SVG drawing"), "{error}");
    assert_eq!(scene.room.idle(), 1);
}

#[tokio::test]
async fn r065a_what_spins_is_killed_in_time_and_the_whole_pool_is_back_at_once() {
    let scene = Scene::new(|options| options.patience = Duration::from_secs(1));
    scene.works().await;
    let begun = Instant::now();
    let (one, two) = tokio::join!(scene.fails("spin"), scene.fails("spin"));
    for error in [one, two] {
        assert!(matches!(error, DarkroomError::TooSlow | DarkroomError::Crashed { .. }), "{error:?}");
    }
    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
    let back = Instant::now();
    tokio::join!(scene.works(), scene.works());
    assert!(back.elapsed() < Duration::from_secs(1), "{:?}", back.elapsed());
}

#[tokio::test]
async fn r065a_the_queue_has_an_end() {
    let scene = Scene::new(|options| {
        (options.workers, options.queue, options.patience) = (1, 1, Duration::from_secs(2));
    });
    let (one, two, three) = tokio::join!(scene.fails("spin"), scene.fails("spin"), scene.fails("spin"));
    let full = [one, two, three].iter().filter(|e| matches!(e, DarkroomError::Full)).count();
    assert_eq!(full, 1, "one at work, one waiting, one asked to come back");
}

#[tokio::test]
async fn a_photo_that_needs_more_than_all_the_memory_is_still_worked_on() {
    let scene = Scene::new(|options| options.memory = 1 << 20);
    tokio::join!(scene.works(), scene.works(), scene.works());
}

#[tokio::test]
async fn children_without_work_end() {
    let scene = Scene::new(|options| options.idle = Duration::from_millis(50));
    scene.works().await;
    assert_eq!(scene.room.idle(), 1);
    scene.tasks.close();
    scene.tasks.wait().await;
    assert_eq!(scene.room.idle(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn r065a_a_photo_for_which_there_is_no_room_is_asked_to_come_back_and_loses_no_words() {
    let settings = [("photo_workers", "1"), ("photo_queue", "1"), ("photo_seconds", "2")];
    let server = Server::start_with("a.test", &settings).await;
    let ada = server.owner("ada").await;
    let composer = ada.page("/compose").await.forms().into_iter().find(|form| form.multipart).unwrap();
    let spinning = |n: usize| {
        let form = composer.clone().set("do", "add").set("caption", "Not lost");
        ada.submit(form.file("photos", &format!("spin-{n}.jpg"), b"cyanotype-drill:spin".to_vec()))
    };
    let pages = tokio::join!(spinning(1), spinning(2), spinning(3), spinning(4));
    let pages = [pages.0, pages.1, pages.2, pages.3];
    let busy = pages.iter().filter(|page| page.says("the server is busy. Add it again in a moment.")).count();
    assert_eq!(busy, 2, "one at work, one waiting, the others asked to come back");
    assert!(pages.iter().all(|page| page.status == 422 && page.html.contains("Not lost")));
    let script = async |n: usize| {
        let tab = Tab::at(&format!("http://{}", server.address));
        let cookies = ada.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
        tab.set_cookie(Some(cookies.join("; ")));
        let form = Form::new().photo(&format!("spin-{n}.jpg"), b"cyanotype-drill:spin");
        tab.submit(&format!("{}/photos", composer.action), &form).await
    };
    let answers = tokio::join!(script(1), script(2), script(3));
    let answers = [answers.0, answers.1, answers.2];
    let asked_back: Vec<_> = answers.iter().filter(|answer| answer.status == 503).collect();
    assert_eq!(asked_back.len(), 1, "{:?}", answers.map(|a| (a.status, a.text())));
    assert!(asked_back[0].has("busy") && asked_back[0].headers.contains_key("retry-after"));
    ada.post_photo("photo-lake.jpg", "Room again").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spinning_upload_is_refused_in_words_and_the_machine_is_calm_again() {
    const PASSWORD: &str = "whatever spins, spins";
    let folder = Folder::new().with("CYANOTYPE_PHOTO_SECONDS", "1");
    let arguments = ["admin", "create-account", "ada", "--email", "ada@example.org", "--role", "owner"];
    assert!(folder.run(&arguments, PASSWORD).success);
    let server = folder.start();
    let tab = Tab::at(&folder.url(""));
    assert_eq!(tab.sign_in("ada", PASSWORD).await.led(), "/");
    let draft = tab.compose().await;
    for what in ["spin", "abort"] {
        let form = Form::new().photo(&format!("{what}.jpg"), format!("cyanotype-drill:{what}").as_bytes());
        let answer = tab.submit(&format!("{draft}/photos"), &form).await;
        assert_eq!(answer.status, 422, "{what}: {}", answer.text());
        assert!(answer.has(&format!("{what}.jpg ")), "{what}: {}", answer.text());
    }
    // A twentieth of a processor is 5 ticks of 10 ms in a second.
    eventually(
        || async {
            let before = server.processor_time();
            tokio::time::sleep(Duration::from_secs(1)).await;
            server.processor_time().saturating_sub(before) <= Duration::from_millis(50)
        },
        "the server and its children rest",
    )
    .await;
    let form = Form::new().photo("lake.jpg", &photograph("photo-lake.jpg"));
    assert_eq!(tab.submit(&format!("{draft}/photos"), &form).await.status, 201);
    server.stop();
}
