//! Several processes behind a balancer are one server.

#![allow(clippy::disallowed_methods, reason = "tests are no part of the server, whose tasks are tracked")]

use super::binary::{Folder, Running, free_port};
use super::stage::{Stage, database, followed, number, until_no_jobs};
use super::stopping::post;
use super::tab::{Tab, encoded};
use crate::support::eventually;
use cyanotype::service::limits;
use reqwest::Method;
use sea_orm::ConnectionTrait;
use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const HOST: &str = "photos.test";
const PATIENCE: Duration = Duration::from_secs(30);

/// nginx in front of several processes, with nothing set but their addresses.
struct Balancer {
    nginx: Child,
    port: u16,
}

impl Balancer {
    fn before(folder: &Folder, processes: &[u16]) -> Self {
        let (port, here) = (free_port(), folder.path("").display().to_string());
        let servers: String = processes.iter().map(|p| format!("server 127.0.0.1:{p} max_fails=0;\n")).collect();
        let conf = format!(
            "daemon off;\npid {here}/balancer.pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n\
             client_body_temp_path {here};\nproxy_temp_path {here};\nfastcgi_temp_path {here};\n\
             uwsgi_temp_path {here};\nscgi_temp_path {here};\nupstream cyanotype {{\n{servers}}}\n\
             server {{\nlisten 127.0.0.1:{port};\nlocation / {{\nproxy_pass http://cyanotype;\n\
             proxy_http_version 1.1;\nproxy_set_header Host $host;\nproxy_set_header X-Forwarded-Host $host;\n\
             proxy_set_header X-Forwarded-Proto https;\nproxy_set_header X-Forwarded-For 192.0.2.7;\n}}\n}}\n}}\n"
        );
        let file = folder.path("balancer.conf");
        std::fs::write(&file, conf).unwrap();
        let nginx = Command::new("nginx").arg("-p").arg(&here).arg("-c").arg(&file).stderr(Stdio::null()).spawn();
        Self { nginx: nginx.expect("nginx is there: .ci/test installs it"), port }
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-s", "TERM", &self.nginx.id().to_string()]).status();
        let _ = self.nginx.wait();
    }
}

/// One process of several, listening there.
fn process(stage: &Stage, folder: &Folder, port: u16, role: &str) -> Running {
    let listen = format!("127.0.0.1:{port}");
    let running = stage.launch_with(folder, &[("CYANOTYPE_LISTEN", &listen), ("CYANOTYPE_ROLE", role)]);
    running.until_ready();
    running
}

/// Answers a post once and for good: a request that fails is lost.
async fn answer(ada: &Tab, path: &str, text: &str) {
    let action = format!("{path}/reply");
    let form = ada.get(path).await.ok().read().form(&action).expect("it can be answered");
    let number = form.values("number").concat();
    let fields = [("text", text), ("number", number.as_str()), ("back", path)];
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    let sent = ada.send(Method::POST, &action, &kind, encoded(&fields)).await;
    assert_eq!(sent.status, 303, "{text}: {}", sent.read().text());
}

fn signed_in(front: &str, cookie: &str) -> Tab {
    let tab = Tab::at(front);
    tab.set_cookie(Some(cookie.to_owned()));
    tab
}

/// How often each answer of a load came to the peer.
fn arrived(stage: &Stage) -> BTreeMap<String, usize> {
    let mut arrived = BTreeMap::new();
    for delivery in stage.peer.deliveries("Create") {
        let Some(json) = &delivery.json else { continue };
        let text = json["object"]["content"].as_str().unwrap_or_default();
        if let Some(start) = text.find("rolling-") {
            let name: String = text[start..].chars().take_while(|c| c.is_alphanumeric() || *c == '-').collect();
            *arrived.entry(name).or_default() += 1;
        }
    }
    arrived
}

/// Posts photos until it is done, no more of them than somebody may upload.
async fn photographs(tab: Tab, done: Arc<AtomicBool>, posted: Arc<AtomicUsize>) {
    for count in 0..60 {
        if done.load(Ordering::Relaxed) {
            return;
        }
        post(&tab, &format!("rolling-photo-{count}")).await;
        posted.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_rolling_restart_loses_no_request_and_no_job() {
    let stage = Stage::build().await;
    let (folder, cookie) = followed(&stage).await;
    let ports = [free_port(), free_port()];
    let balancer = Balancer::before(&folder, &ports);
    let front = format!("http://127.0.0.1:{}", balancer.port);
    stage.world.front(HOST).forward_to(std::net::SocketAddr::from(([127, 0, 0, 1], balancer.port)));
    let mut processes = ports.map(|port| process(&stage, &folder, port, "all"));
    let ada = || signed_in(&front, &cookie);
    let first = post(&ada(), "The first").await;
    let done = Arc::new(AtomicBool::new(false));
    let (looked, wrote) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut writing = Vec::new();
    for writer in 0..2 {
        let (tab, path, done, wrote) = (ada(), first.clone(), done.clone(), wrote.clone());
        writing.push(tokio::spawn(async move {
            for count in 0.. {
                if done.load(Ordering::Relaxed) {
                    return;
                }
                answer(&tab, &path, &format!("rolling-{writer}-{count}")).await;
                wrote.fetch_add(1, Ordering::Relaxed);
            }
        }));
    }
    writing.push(tokio::spawn(photographs(ada(), done.clone(), wrote.clone())));
    let reading: Vec<_> = (0..3)
        .map(|_| {
            let (tab, path, done, looked) = (Tab::at(&front), first.clone(), done.clone(), looked.clone());
            tokio::spawn(async move {
                while !done.load(Ordering::Relaxed) {
                    tab.get(&path).await.ok();
                    looked.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for _ in 0..2 {
        for (running, port) in processes.iter_mut().zip(ports) {
            let before = (looked.load(Ordering::Relaxed), wrote.load(Ordering::Relaxed));
            running.signal("TERM");
            let status = running.ended(PATIENCE).expect("it ends");
            assert!(status.success(), "{status}: {}", running.said());
            *running = process(&stage, &folder, port, "all");
            let served =
                async || looked.load(Ordering::Relaxed) > before.0 + 10 && wrote.load(Ordering::Relaxed) > before.1 + 1;
            eventually(served, "people are served").await;
        }
    }
    done.store(true, Ordering::Relaxed);
    for each in reading.into_iter().chain(writing) {
        each.await.unwrap();
    }
    let written = wrote.load(Ordering::Relaxed);
    assert!(until_no_jobs(&folder, &processes[0]).await);
    let arrived = arrived(&stage);
    let twice: Vec<_> = arrived.iter().filter(|(_, n)| **n > 1).collect();
    assert_eq!((arrived.len(), twice), (written, Vec::new()), "of {written} answers and photos each came once");
    stage.peer.take_problems();
}

/// Calls one of several processes without a token: what it was answered, and when it will count anew.
async fn call(port: u16) -> (u16, String) {
    let page = Tab::at(&format!("http://127.0.0.1:{port}")).get("/api/v2/instance").await;
    (page.status, page.headers.get("x-ratelimit-reset").unwrap().to_str().unwrap().to_owned())
}

#[tokio::test]
async fn calls_of_an_app_are_counted_by_all_processes_together() {
    let stage = Stage::build().await;
    let (folder, _) = followed(&stage).await;
    let ports = [free_port(), free_port()];
    let [one, other] = ports.map(|port| process(&stage, &folder, port, "web"));
    let most = usize::try_from(limits::CALLS).unwrap();
    'window: loop {
        let (_, window) = call(ports[0]).await;
        let mut made = [1, 0];
        // Each is asked less often than is allowed, both together more often.
        for (which, port) in [0, 1, 1].into_iter().cycle().map(|which| (which, ports[which])) {
            let (status, reset) = call(port).await;
            made[which] += 1;
            if reset != window {
                continue 'window;
            }
            if status == 429 {
                break 'window assert!(made[which] < most * 9 / 10 && made[0] + made[1] >= most, "after {made:?}");
            }
        }
    }
    one.stop();
    other.stop();
}

/// As if so much time had passed for whoever has taken something.
async fn two_minutes_pass(folder: &Folder) {
    let db = database(folder).await;
    for table in ["job", "delivery"] {
        let sql = format!("UPDATE {table} SET leased_until = leased_until - 120000 WHERE leased_until > 120000");
        db.execute_unprepared(&sql).await.unwrap();
    }
}

/// A process that answers only, and ada signed in there.
async fn with_nobody_who_works() -> (Stage, Folder, Running, Tab) {
    let stage = Stage::build().await;
    let (folder, cookie) = followed(&stage).await;
    let web = stage.launch_with(&folder, &[("CYANOTYPE_ROLE", "web")]);
    web.until_ready();
    stage.world.front(HOST).forward_to(folder.address());
    let ada = signed_in(&folder.url(""), &cookie);
    (stage, folder, web, ada)
}

#[tokio::test]
async fn r111_a_worker_killed_beside_others_loses_nothing_wherever_it_was() {
    let (stage, folder, web, ada) = with_nobody_who_works().await;
    let mut places = 0;
    for fault in 1.. {
        let caption = format!("worker-{fault}-of-those-killed");
        post(&ada, &caption).await;
        let (listen, point) = (format!("127.0.0.1:{}", free_port()), fault.to_string());
        let settings = [("CYANOTYPE_ROLE", "worker"), ("CYANOTYPE_LISTEN", &*listen), ("CYANOTYPE_FAULT", &*point)];
        let worker = stage.launch_with(&folder, &settings);
        let killed = !until_no_jobs(&folder, &worker).await;
        drop(worker);
        two_minutes_pass(&folder).await;
        let next = process(&stage, &folder, free_port(), "worker");
        assert!(until_no_jobs(&folder, &next).await, "{}", next.said());
        let times = stage.arrived(&caption).len();
        assert!((1..=2).contains(&times), "killed at its point {fault}: it came {times} times");
        let db = database(&folder).await;
        assert_eq!(number(&db, "SELECT count(*) FROM job WHERE dead = 1").await, 0);
        next.stop();
        if !killed {
            break;
        }
        places += 1;
    }
    assert!(places > 3, "it was killed at {places} places");
    web.stop();
}

#[tokio::test]
async fn a_job_is_not_given_up_because_its_process_died_often() {
    let (stage, folder, web, ada) = with_nobody_who_works().await;
    post(&ada, "died-over-often").await;
    let since = Instant::now();
    for _ in 0..15 {
        let listen = format!("127.0.0.1:{}", free_port());
        // The very first thing it does with a job is the last it does.
        let settings = [("CYANOTYPE_ROLE", "worker"), ("CYANOTYPE_LISTEN", &*listen), ("CYANOTYPE_FAULT", "3")];
        let worker = stage.launch_with(&folder, &settings);
        assert!(worker.ended(PATIENCE).is_some(), "it dies: {}", worker.said());
        two_minutes_pass(&folder).await;
    }
    let worker = process(&stage, &folder, free_port(), "worker");
    assert!(until_no_jobs(&folder, &worker).await, "{}", worker.said());
    assert_eq!(stage.arrived("died-over-often").len(), 1, "after {:?}", since.elapsed());
    worker.stop();
    web.stop();
}
