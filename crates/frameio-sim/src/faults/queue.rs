//! Selection of the fault that applies to a request.

use fastrand::Rng;

use super::{Fault, When};

/// Injected faults, oldest first.
#[derive(Debug)]
pub(crate) struct Faults {
    rng: Rng,
    injected: Vec<Injected>,
}

#[derive(Debug)]
struct Injected {
    fault: Fault,
    /// A separate generator, so that the fault does not depend on other faults.
    rng: Rng,
    /// Number of requests that match the fault.
    seen: u64,
}

impl Faults {
    pub(crate) fn new(seed: u64, injected: &[Fault]) -> Self {
        let mut faults = Self { rng: Rng::with_seed(seed), injected: Vec::new() };
        injected.iter().cloned().for_each(|fault| faults.push(fault));
        faults
    }

    pub(crate) fn push(&mut self, fault: Fault) {
        let rng = self.rng.fork();
        self.injected.push(Injected { fault, rng, seen: 0 });
    }

    pub(crate) fn all(&self) -> Vec<Fault> {
        self.injected.iter().map(|injected| injected.fault.clone()).collect()
    }

    pub(crate) fn clear(&mut self) {
        self.injected.clear();
    }

    /// Returns the oldest fault that applies to a request of `operation`.
    pub(crate) fn take(&mut self, operation: Option<&str>) -> Option<Fault> {
        let index = self.injected.iter_mut().position(|injected| {
            let fault = &injected.fault;
            let matches = fault.operation.is_none() || fault.operation == operation;
            matches && fault.fits(operation) && injected.fires()
        })?;
        let fault = self.injected.get(index)?.fault.clone();
        if let When::Next(0) = fault.when {
            self.injected.remove(index);
        }
        Some(fault)
    }
}

impl Injected {
    fn fires(&mut self) -> bool {
        self.seen += 1;
        match &mut self.fault.when {
            When::Next(remaining) => {
                let fires = *remaining > 0;
                *remaining = remaining.saturating_sub(1);
                fires
            }
            When::Every(nth) => self.seen.is_multiple_of(*nth),
            When::Chance(probability) => self.rng.f64() < *probability,
        }
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::super::Kind;
    use super::*;
    use crate::operation_ids::{DOWNLOAD, UPLOAD_PART};

    fn fired(faults: &mut Faults, operations: &[&str]) -> Vec<Option<u16>> {
        let status = |fault: Fault| match fault.kind {
            Kind::Response { status, .. } => status.as_u16(),
            _ => 0,
        };
        operations.iter().map(|operation| faults.take(Some(operation)).map(status)).collect()
    }

    #[test]
    fn the_oldest_due_fault_applies() {
        let mut faults = Faults::new(0, &[]);
        let status = |status| Fault::status(StatusCode::from_u16(status).unwrap());
        faults.push(status(500).on("users.show").next(2));
        faults.push(status(501).every(3));
        faults.push(status(502).next(0));
        let operations = ["files.show", "users.show", "files.show", "users.show", "users.show"];
        let expected = [None, Some(500), None, Some(500), Some(501)];
        assert_eq!(fired(&mut faults, &operations), expected);
        assert_eq!(faults.all().len(), 2, "the completed fault is removed");
        faults.clear();
        assert_eq!(fired(&mut faults, &operations), [None; 5]);
    }

    #[test]
    fn chance_depends_only_on_the_seed() {
        let run = |seed, others: &str| {
            let mut faults = Faults::new(seed, &[]);
            faults.push(Fault::expired_url().chance(0.5));
            faults.push(Fault::reset().on("files.show").chance(0.2));
            let mut run = Vec::new();
            for _ in 0..1_000 {
                faults.take(Some(others));
                run.push(faults.take(Some("files.show")).is_some());
            }
            run
        };
        assert_eq!(run(1, "users.show"), run(1, DOWNLOAD));
        assert_ne!(run(1, "users.show"), run(2, "users.show"));
        let hits = run(3, "users.show").into_iter().filter(|hit| *hit).count();
        assert!((150..250).contains(&hits), "{hits}");
        let mut faults = Faults::new(0, &[]);
        faults.push(Fault::reset().chance(0.0));
        faults.push(Fault::html(StatusCode::BAD_GATEWAY).chance(1.0));
        assert_eq!(fired(&mut faults, &["users.show"; 3]), [Some(502); 3]);
    }

    #[test]
    fn a_fault_applies_only_to_fitting_operations() {
        let mut faults = Faults::new(0, &[]);
        for fault in [Fault::dropped_part(), Fault::expired_token(), Fault::truncated()] {
            faults.push(fault.every(1));
        }
        assert!(matches!(
            faults.take(Some(UPLOAD_PART)).map(|fault| fault.kind),
            Some(Kind::DroppedPart)
        ));
        assert!(faults.take(Some(DOWNLOAD)).is_none());
        let kind = faults.take(Some("users.show")).map(|fault| fault.kind);
        assert!(matches!(kind, Some(Kind::ExpiredToken)));
        assert!(matches!(faults.take(None).map(|fault| fault.kind), Some(Kind::Truncated)));
    }
}
