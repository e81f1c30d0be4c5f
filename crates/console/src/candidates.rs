//! People to choose from where somebody is to be put on call.

/// Somebody to choose.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The id that is posted.
    pub id: String,
    /// Their name.
    pub name: String,
}

/// Everybody to choose from.
#[derive(Debug, Clone, Default)]
pub struct Candidates {
    /// Who takes part in the schedule, by name.
    pub on_schedule: Vec<Candidate>,
    /// Everybody else, by name.
    pub others: Vec<Candidate>,
}
