//! A row of the table of routes: everything there is to say about an endpoint, in one place. The router,
//! the description at `/api/openapi.json` and the tests read the same rows.

use super::access::Access;
use super::call::{Answer, Call};
use axum::http::Method;
use futures_util::future::BoxFuture;
use std::sync::Arc;
use utoipa::openapi::schema::ArrayBuilder;
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

type Handler = Arc<dyn Fn(Call) -> BoxFuture<'static, Answer> + Send + Sync>;

/// The type of nearly every answer.
pub const JSON: &str = "application/json";
/// Events sent by the server (the HTML standard, section 9.2).
pub const EVENTS: &str = "text/event-stream";
/// No answer at all: the connection becomes a socket.
pub const SOCKET: &str = "";

/// What an endpoint answers, and every entity that is part of it.
pub type Described = fn(&mut Vec<(String, RefOr<Schema>)>) -> RefOr<Schema>;

/// An endpoint.
#[derive(Clone)]
pub struct Route {
    pub method: Method,
    /// `/api/v1/accounts/{id}`; a closing slash is the same route.
    pub path: &'static str,
    pub access: Access,
    /// `name` or `name:kind`, where kind is `flag`, `number`, `id`, `time` or `file`; `name[]` for lists.
    pub takes: &'static [&'static str],
    /// Takes part of a list: `max_id`, `since_id`, `min_id`, `limit`.
    pub pages: bool,
    /// How many files it takes.
    pub files: usize,
    /// What use cases call otherwise than apps do, in what they refuse: pairs of our name and the app's.
    pub names: &'static [(&'static str, &'static str)],
    /// Its list is ranked anew each time, and goes on by `offset`.
    pub ranked: bool,
    /// Other statuses beside 200 that are no refusals, with what they mean.
    pub also: &'static [(u16, &'static str)],
    /// The type of what it answers: [`JSON`] but where something streams, or is plain text.
    pub kind: &'static str,
    /// It goes on for long: the token may stand in the address or beside the names of protocols.
    pub streams: bool,
    /// What it answers is the same as long as nothing changes: see [`super::remembered`].
    pub remembered: bool,
    /// Absent: `{}`.
    pub answer: Option<Described>,
    pub handler: Handler,
}

impl Route {
    fn new<F, Fut>(method: Method, path: &'static str, access: Access, handler: F) -> Self
    where
        F: Fn(Call) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Answer> + Send + 'static,
    {
        let handler: Handler = Arc::new(move |call| Box::pin(handler(call)));
        Self {
            method,
            path,
            access,
            takes: &[],
            pages: false,
            files: 0,
            names: &[],
            ranked: false,
            also: &[],
            kind: JSON,
            streams: false,
            remembered: false,
            answer: None,
            handler,
        }
    }

    pub fn get<F, Fut>(path: &'static str, access: Access, handler: F) -> Self
    where
        F: Fn(Call) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Answer> + Send + 'static,
    {
        Self::new(Method::GET, path, access, handler)
    }

    pub fn post<F, Fut>(path: &'static str, access: Access, handler: F) -> Self
    where
        F: Fn(Call) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Answer> + Send + 'static,
    {
        Self::new(Method::POST, path, access, handler)
    }

    pub fn put<F, Fut>(path: &'static str, access: Access, handler: F) -> Self
    where
        F: Fn(Call) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Answer> + Send + 'static,
    {
        Self::new(Method::PUT, path, access, handler)
    }

    pub fn patch<F, Fut>(path: &'static str, access: Access, handler: F) -> Self
    where
        F: Fn(Call) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Answer> + Send + 'static,
    {
        Self::new(Method::PATCH, path, access, handler)
    }

    pub fn delete<F, Fut>(path: &'static str, access: Access, handler: F) -> Self
    where
        F: Fn(Call) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Answer> + Send + 'static,
    {
        Self::new(Method::DELETE, path, access, handler)
    }

    /// Parameters it reads.
    pub fn takes(self, takes: &'static [&'static str]) -> Self {
        Self { takes, ..self }
    }

    /// It answers part of a list.
    pub fn pages(self) -> Self {
        Self { pages: true, ..self }
    }

    /// It takes so many files in a multipart body.
    pub fn files(self, files: usize) -> Self {
        Self { files, ..self }
    }

    /// What is refused is called by these names.
    pub fn names(self, names: &'static [(&'static str, &'static str)]) -> Self {
        Self { names, ..self }
    }

    /// It answers part of a list that is ranked anew each time.
    pub fn ranked(self) -> Self {
        Self { ranked: true, ..self }
    }

    /// It answers with other statuses too.
    pub fn also(self, also: &'static [(u16, &'static str)]) -> Self {
        Self { also, ..self }
    }

    /// It answers in another type than JSON.
    pub fn kind(self, kind: &'static str) -> Self {
        Self { kind, ..self }
    }

    /// It goes on for long, as events or over a socket.
    pub fn streams(self, kind: &'static str) -> Self {
        Self { streams: true, kind, ..self }
    }

    /// Its answers are remembered, by person and address.
    pub fn remembered(self) -> Self {
        Self { remembered: true, ..self }
    }

    /// It answers one of these.
    pub fn gives<T: ToSchema + PartialSchema>(self) -> Self {
        Self { answer: Some(one::<T>), ..self }
    }

    /// It answers a list of these.
    pub fn lists<T: ToSchema + PartialSchema>(self) -> Self {
        Self { answer: Some(many::<T>), ..self }
    }
}

fn one<T: ToSchema + PartialSchema>(entities: &mut Vec<(String, RefOr<Schema>)>) -> RefOr<Schema> {
    T::schemas(entities);
    entities.push((T::name().into_owned(), T::schema()));
    Ref::from_schema_name(T::name()).into()
}

fn many<T: ToSchema + PartialSchema>(entities: &mut Vec<(String, RefOr<Schema>)>) -> RefOr<Schema> {
    let item = one::<T>(entities);
    RefOr::T(Schema::Array(ArrayBuilder::new().items(item).build()))
}
