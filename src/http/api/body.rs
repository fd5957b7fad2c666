//! Reads the body of a call into its parameters, whatever it is written in.

use super::error::ApiError;
use super::params::Params;
use crate::http::{SMALL_BODY, Web, uploads};
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};

/// Everything a call says. `files` is how many files it may bring.
pub async fn read(web: &Web, parts: &Parts, body: Body, files: usize) -> Result<Params, ApiError> {
    let mut params = Params::default();
    add_form(&mut params, parts.uri.query().unwrap_or_default().as_bytes())?;
    let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind: mime::Mime = kind.parse().unwrap_or(mime::APPLICATION_OCTET_STREAM);
    match (kind.type_(), kind.subtype()) {
        (mime::MULTIPART, mime::FORM_DATA) => {
            let request = Request::from_parts(parts.clone(), body);
            let form = Multipart::from_request(request, web).await.map_err(|_| broken())?;
            let filled = uploads::read(web, form, files).await?;
            if let Some(why) = filled.refused.first().filter(|_| files > 0) {
                return Err(ApiError::file(why));
            }
            params.add(filled.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())))?;
            params.files = filled.files;
        }
        (mime::APPLICATION, subtype) if subtype == mime::JSON || kind.suffix() == Some(mime::JSON) => {
            params.add_json(&whole(body).await?)?;
        }
        (mime::APPLICATION, mime::WWW_FORM_URLENCODED) => add_form(&mut params, &whole(body).await?)?,
        _ => drop(whole(body).await?),
    }
    Ok(params)
}

fn add_form(params: &mut Params, text: &[u8]) -> Result<(), ApiError> {
    let pairs: Vec<_> = url::form_urlencoded::parse(text).collect();
    params.add(pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref())))
}

async fn whole(body: Body) -> Result<bytes::Bytes, ApiError> {
    to_bytes(body, SMALL_BODY).await.map_err(|error| {
        let too_large =
            std::error::Error::source(&error).is_some_and(|cause| cause.is::<http_body_util::LengthLimitError>());
        match too_large {
            true => ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "The body is too large."),
            false => broken(),
        }
    })
}

fn broken() -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "The body did not arrive whole.")
}
