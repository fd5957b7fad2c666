//! Every metric there is, in one list. They are counted in memory, and given out at `/metrics` where that is wanted
//! (`http/metrics.rs`).

use prometheus::{
    Gauge, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
    TextEncoder, core::Collector,
};

pub use prometheus::{Error, Histogram as Times, IntCounterVec as Counts};

/// What each name begins with.
const PREFIX: &str = "cyanotype";
/// Upper ends of what is counted together, in seconds: answers, and waiting for them.
const SECONDS: &[f64] = &[0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10.0];
/// The same for photos, which take longer.
const SECONDS_OF_PHOTOS: &[f64] = &[0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0];

/// See the module. Clones share them.
#[derive(Clone)]
pub struct Metrics {
    registry: Registry,
    /// By method, route and class of status.
    pub requests: HistogramVec,
    /// By queue and state: `waiting` or `due`.
    pub jobs: IntGaugeVec,
    /// By queue: how long the job has been due that is due the longest.
    pub job_age: prometheus::GaugeVec,
    /// By state, as `jobs`.
    pub deliveries: IntGaugeVec,
    pub delivery_age: Gauge,
    /// By pool and state: `used`, `idle` or `most`.
    pub connections: IntGaugeVec,
    /// Until a reader has a connection.
    pub read_wait: Histogram,
    /// Until a writer has its turn.
    pub write_wait: Histogram,
    pub statements: IntCounter,
    /// By state: `waiting` or `running`.
    pub photos: IntGaugeVec,
    /// How long each photo took, waiting included.
    pub photo_times: Histogram,
    /// By store and operation.
    pub storage_errors: IntCounterVec,
    memory_asked: IntCounterVec,
    pub listeners: IntGauge,
    pub resident: IntGauge,
    pub started: Gauge,
}

impl Metrics {
    /// All of them, at nothing.
    ///
    /// # Errors
    /// When two have one name, or a name is none.
    pub fn new() -> Result<Self, Error> {
        let list = List(Registry::new_custom(Some(PREFIX.to_owned()), None)?);
        let waits = list.times_by("database_wait_seconds", "Waiting for a connection or a turn to write.", &["for"])?;
        let metrics = Self {
            requests: list.times_by(
                "http_request_seconds",
                "Time until a request is answered.",
                &["method", "route", "status"],
            )?,
            jobs: list.gauges("jobs", "Jobs in the queue.", &["queue", "state"])?,
            job_age: list.put(prometheus::GaugeVec::new(
                Opts::new("job_due_seconds", "How long the oldest job that is due has been due."),
                &["queue"],
            )?)?,
            deliveries: list.gauges("deliveries", "Deliveries to other servers.", &["state"])?,
            delivery_age: list.seconds("delivery_due_seconds", "How long the oldest due delivery has been due.")?,
            connections: list.gauges("database_connections", "Connections to the database.", &["pool", "state"])?,
            read_wait: waits.with_label_values(&["read"]),
            write_wait: waits.with_label_values(&["write"]),
            statements: list.counter("database_statements_total", "Statements asked outside transactions.")?,
            photos: list.gauges("photos", "Photos in the pipeline.", &["state"])?,
            photo_times: list.put(Histogram::with_opts(
                HistogramOpts::new("photo_seconds", "Time that a photo took, waiting included.")
                    .buckets(SECONDS_OF_PHOTOS.to_vec()),
            )?)?,
            storage_errors: list.counters(
                "storage_errors_total",
                "What the store of media did not do.",
                &["place", "operation"],
            )?,
            memory_asked: list.counters(
                "memo_requests_total",
                "What was looked for in memory.",
                &["memo", "result"],
            )?,
            listeners: list.gauge("streaming_listeners", "Apps that listen to what happens.")?,
            resident: list.gauge("process_resident_bytes", "Memory that the process takes.")?,
            started: list.seconds("process_start_time_seconds", "When the process began, in seconds since 1970.")?,
            registry: list.0.clone(),
        };
        list.gauges("build_info", "Always 1; the version is its label.", &["version"])?
            .with_label_values(&[env!("CARGO_PKG_VERSION")])
            .set(1);
        metrics.begin();
        Ok(metrics)
    }

    /// What is known beforehand is there from the start, at nothing.
    fn begin(&self) {
        for memo in ["answers", "tokens"] {
            for result in ["hit", "miss"] {
                self.memory_asked.with_label_values(&[memo, result]);
            }
        }
        for place in ["local", "s3"] {
            for operation in ["copy", "delete", "get", "list", "put"] {
                self.storage_errors.with_label_values(&[place, operation]);
            }
        }
    }

    /// Something was looked for in a memory, and was there or not.
    pub fn asked_memory(&self, memo: &str, found: bool) {
        self.memory_asked.with_label_values(&[memo, if found { "hit" } else { "miss" }]).inc();
    }

    /// All of them as Prometheus reads them (text format 0.0.4).
    ///
    /// # Errors
    /// When one cannot be written.
    pub fn text(&self) -> Result<String, Error> {
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }
}

/// Takes what is made into the list.
struct List(Registry);

impl List {
    fn put<C: Collector + Clone + 'static>(&self, made: C) -> Result<C, Error> {
        self.0.register(Box::new(made.clone()))?;
        Ok(made)
    }

    fn gauge(&self, name: &str, about: &str) -> Result<IntGauge, Error> {
        self.put(IntGauge::new(name, about)?)
    }

    fn seconds(&self, name: &str, about: &str) -> Result<Gauge, Error> {
        self.put(Gauge::new(name, about)?)
    }

    fn counter(&self, name: &str, about: &str) -> Result<IntCounter, Error> {
        self.put(IntCounter::new(name, about)?)
    }

    fn gauges(&self, name: &str, about: &str, by: &[&str]) -> Result<IntGaugeVec, Error> {
        self.put(IntGaugeVec::new(Opts::new(name, about), by)?)
    }

    fn counters(&self, name: &str, about: &str, by: &[&str]) -> Result<IntCounterVec, Error> {
        self.put(IntCounterVec::new(Opts::new(name, about), by)?)
    }

    fn times_by(&self, name: &str, about: &str, by: &[&str]) -> Result<HistogramVec, Error> {
        self.put(HistogramVec::new(HistogramOpts::new(name, about).buckets(SECONDS.to_vec()), by)?)
    }
}
