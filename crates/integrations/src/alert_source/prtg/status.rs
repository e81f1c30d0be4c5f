//! The words that a sensor's status begins with, in English, German, French and Spanish.
//!
//! Invariant: a word means the same in all of them.

/// How a sensor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Up,
    Down,
    Acknowledged,
    Warning,
    Unusual,
    Paused,
    Unknown,
}

/// The beginnings; of one that begins another, the longer first.
const WORDS: [(&str, Status); 40] = [
    ("up", Status::Up),
    ("ok", Status::Up),
    ("aktiv", Status::Up),
    ("online", Status::Up),
    ("disponible", Status::Up),
    ("fonctionnel", Status::Up),
    ("en ligne", Status::Up),
    ("activo", Status::Up),
    ("operativo", Status::Up),
    ("en línea", Status::Up),
    ("down", Status::Down),
    ("fehler", Status::Down),
    ("ausfall", Status::Down),
    ("offline", Status::Down),
    ("inactif", Status::Down),
    ("indisponible", Status::Down),
    ("hors service", Status::Down),
    ("hors ligne", Status::Down),
    ("en panne", Status::Down),
    ("erreur", Status::Down),
    ("inactivo", Status::Down),
    ("no disponible", Status::Down),
    ("caído", Status::Down),
    ("fallo", Status::Down),
    ("error", Status::Down),
    ("warning", Status::Warning),
    ("warnung", Status::Warning),
    ("avertissement", Status::Warning),
    ("advertencia", Status::Warning),
    ("unusual", Status::Unusual),
    ("ungewöhnlich", Status::Unusual),
    ("inhabituel", Status::Unusual),
    ("inusual", Status::Unusual),
    ("paus", Status::Paused),
    ("en pause", Status::Paused),
    ("en pausa", Status::Paused),
    ("unknown", Status::Unknown),
    ("unbekannt", Status::Unknown),
    ("inconnu", Status::Unknown),
    ("desconocido", Status::Unknown),
];

/// How PRTG says in brackets that a sensor has been told to be quiet about a problem.
const ACKNOWLEDGED: [&str; 4] = ["acknowledged", "bestätigt", "acquitté", "reconocido"];

/// How PRTG says in brackets what has become of a state that ended: `Down ended (now: Up)`.
const NOW: [&str; 4] = ["now:", "jetzt:", "maintenant:", "ahora:"];

/// The status in a text; `None` for a word that isn't known.
pub(super) fn status(said: &str) -> Option<Status> {
    let said = said.trim().to_lowercase();
    let bracket = said.split_once('(').map(|(_, rest)| rest.trim_start()).unwrap_or_default();
    if let Some(now) = NOW.iter().find_map(|now| bracket.strip_prefix(now)) {
        return word(now.trim_start());
    }
    match word(&said)? {
        Status::Down if ACKNOWLEDGED.iter().any(|acknowledged| bracket.starts_with(acknowledged)) => {
            Some(Status::Acknowledged)
        }
        status => Some(status),
    }
}

fn word(text: &str) -> Option<Status> {
    let begins = |(begin, _): &&(&str, Status)| {
        // `paus` is the stem of the word in three languages; all others are whole words.
        let rest = text.strip_prefix(*begin);
        rest.is_some_and(|rest| *begin == "paus" || !rest.starts_with(char::is_alphanumeric))
    };
    WORDS.iter().find(begins).map(|(_, status)| *status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_known_by_its_first_word_in_four_languages() {
        for (said, expected) in [
            ("Up (OK)", Some(Status::Up)),
            ("Down  (5 % Free Space (Disk C) is below the error limit of 10 %)", Some(Status::Down)),
            ("Down ESCALATION (timeout)", Some(Status::Down)),
            ("Down (Partial)", Some(Status::Down)),
            ("Down (Acknowledged)", Some(Status::Acknowledged)),
            ("Down ended (now: Up)", Some(Status::Up)),
            ("Warning ended (now: Down)", Some(Status::Down)),
            ("Warning", Some(Status::Warning)),
            ("Unusual", Some(Status::Unusual)),
            ("Paused by user", Some(Status::Paused)),
            ("Unknown", Some(Status::Unknown)),
            ("OK", Some(Status::Up)),
            ("Fehler (Zeitüberschreitung)", Some(Status::Down)),
            ("Fehler (Bestätigt)", Some(Status::Acknowledged)),
            ("Fehler beendet (jetzt: OK)", Some(Status::Up)),
            ("Warnung", Some(Status::Warning)),
            ("UNGEWÖHNLICH", Some(Status::Unusual)),
            ("Pausiert", Some(Status::Paused)),
            ("Disponible", Some(Status::Up)),
            ("Indisponible", Some(Status::Down)),
            ("Inactif (délai dépassé)", Some(Status::Down)),
            ("Avertissement", Some(Status::Warning)),
            ("En pause", Some(Status::Paused)),
            ("Caído", Some(Status::Down)),
            ("No disponible", Some(Status::Down)),
            ("Activo", Some(Status::Up)),
            ("Pausado", Some(Status::Paused)),
            ("Upside", None),
            ("Nedtid", None),
            ("", None),
        ] {
            assert_eq!(status(said), expected, "{said}");
        }
    }
}
