//! Photographs as they can be shown.

use super::{DataLine, OtherFile, Picture, Size};
use crate::activitypub::vocab::Place;
use crate::app::App;
use crate::blob::Key;
use crate::entity::photo;
use crate::photo::Role;
use crate::service::photos::focus::Focus;
use crate::service::photos::{data, extras};
use crate::service::uploads;
use crate::store::media::{self, Served};
use sea_orm::DbErr;
use std::collections::HashMap;

/// What the line says that tells where a photo was taken.
pub(super) const PLACE: &str = "Place";

/// Where a stored size is served: at the public address of media if everybody may see it and there is such
/// an address, else under this server.
pub fn picture_path(app: &App, key: &str) -> String {
    let Ok(key) = key.parse::<Key>() else { return String::new() };
    match &app.settings.media_address {
        Some(base) if key.is_open() => format!("{}/{key}", base.as_str().trim_end_matches('/')),
        _ => format!("/{}", key.moved(true)),
    }
}

/// Pictures for these rows, in their order.
pub async fn of_photos(app: &App, rows: Vec<photo::Model>) -> Result<Vec<(photo::Model, Picture)>, DbErr> {
    let ids: Vec<i64> = rows.iter().map(|r| r.id).collect();
    let mut sizes: HashMap<i64, Vec<Served>> = HashMap::new();
    for size in media::served(&app.db.read, &ids).await? {
        sizes.entry(size.photo_id.unwrap_or(0)).or_default().push(size);
    }
    Ok(rows
        .into_iter()
        .map(|row| (row.clone(), picture(app, &row, sizes.remove(&row.id).unwrap_or_default())))
        .collect())
}

fn picture(app: &App, row: &photo::Model, rows: Vec<Served>) -> Picture {
    let extra = |role: &str| {
        rows.iter().find(|r| r.role == role).map(|r| OtherFile {
            src: picture_path(app, &r.key),
            width: r.width,
            height: r.height,
            bytes: r.bytes,
        })
    };
    let (animation, original) = (extra(extras::ANIMATION), extra(extras::ORIGINAL).filter(|_| row.offered != 0));
    let data = data::lines(row).into_iter().filter(|l| l.shown);
    let place = Some((PLACE, Place::of(&row.place).label())).filter(|(_, place)| !place.is_empty());
    let line = |(label, value): (&str, String)| DataLine { label: label.to_owned(), value };
    let sizes: Vec<Size> = rows
        .iter()
        .filter(|r| r.role.parse::<Role>().is_ok())
        .cloned()
        .map(|r| Size { src: picture_path(app, &r.key), role: r.role, width: r.width, height: r.height })
        .collect();
    let at_least =
        |px: i64| sizes.iter().rev().find(|s| s.width.max(s.height) >= px).or(sizes.first()).map(|s| s.src.clone());
    Picture {
        id: row.id.to_string(),
        width: row.width.max(1),
        height: row.height.max(1),
        alt: row.alt.clone(),
        blurhash: row.blurhash.clone(),
        color: if row.color.is_empty() { "#777777".to_owned() } else { row.color.clone() },
        focus: Focus::of(row).per_cent(),
        src: at_least(960).unwrap_or_default(),
        thumb: at_least(480).unwrap_or_default(),
        large: sizes.first().map(|s| s.src.clone()).unwrap_or_default(),
        srcset: sizes.iter().rev().map(|s| format!("{} {}w", s.src, s.width)).collect::<Vec<_>>().join(", "),
        lost: matches!(row.state.as_str(), uploads::NOT_HAD | uploads::FAILED),
        ready: row.state == uploads::READY && !sizes.is_empty(),
        sizes,
        data: data.map(|l| (l.label, l.value)).chain(place).map(line).collect(),
        animation,
        original,
    }
}
