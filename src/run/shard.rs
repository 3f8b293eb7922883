//! A part of a run: a case goes with its first clause, and each clause belongs to one shard.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::case::Case;
use crate::generate::seed;

/// One of so many parts of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shard {
    number: u32,
    of: u32,
}

/// The most parts that a run is divided into.
const MOST: u32 = 10_000;

impl Shard {
    /// The `number`th part of `of`, counted from 1; none if there is no such part.
    pub fn new(number: u32, of: u32) -> Option<Shard> {
        ((1..=of).contains(&number) && of <= MOST).then_some(Shard { number, of })
    }

    /// Which part it is, counted from 1.
    pub fn number(self) -> u32 {
        self.number
    }

    /// How many parts there are.
    pub fn of(self) -> u32 {
        self.of
    }

    /// The part that a CI system or a cluster gives this job, as its variables tell.
    ///
    /// GitLab and CircleCI count from 1 and 0; Buildkite and an indexed Job of Kubernetes count from 0, and the size of the latter must be
    /// set beside it (`JOB_COMPLETIONS`), since Kubernetes tells a pod its own index only.
    pub fn from_surroundings(variable: &dyn Fn(&str) -> Option<String>) -> Result<Shard, String> {
        for (index, total, first) in SYSTEMS {
            let (Some(index_is), total_is) = (variable(index), variable(total)) else { continue };
            let Some(total_is) = total_is else {
                match *index {
                    // A job of GitLab that is not parallel has no index; one of Kubernetes has an index and no size.
                    "JOB_COMPLETION_INDEX" => {
                        return Err(format!("{index} is set and {total} is not: set it to the Job's `completions`"));
                    }
                    _ => continue,
                }
            };
            let told = || format!("{index}={index_is} and {total}={total_is} are no part of a run");
            let number = |text: &str| text.trim().parse::<u32>().map_err(|_| told());
            let number_is = number(&index_is)?.checked_add(1).and_then(|n| n.checked_sub(*first)).ok_or_else(told)?;
            return Shard::new(number_is, number(&total_is)?).ok_or_else(told);
        }
        let all: Vec<&str> = SYSTEMS.iter().map(|(index, ..)| *index).collect();
        Err(format!("none of {} is set: write the part as k/n", all.join(", ")))
    }

    /// Whether a case belongs to it.
    pub(super) fn has(self, case: &Case) -> bool {
        let home = case.clauses.first().map_or(case.about.as_str(), String::as_str);
        seed(0, &case.operation, home) % u64::from(self.of) == u64::from(self.number - 1)
    }
}

/// Variables that tell a job its index and the number of jobs, and what the first index is.
const SYSTEMS: &[(&str, &str, u32)] = &[
    ("CI_NODE_INDEX", "CI_NODE_TOTAL", 1),
    ("CIRCLE_NODE_INDEX", "CIRCLE_NODE_TOTAL", 0),
    ("BUILDKITE_PARALLEL_JOB", "BUILDKITE_PARALLEL_JOB_COUNT", 0),
    ("JOB_COMPLETION_INDEX", "JOB_COMPLETIONS", 0),
];

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Shard, String> {
        let read = || {
            let (number, of) = text.split_once('/')?;
            Shard::new(number.trim().parse().ok()?, of.trim().parse().ok()?)
        };
        read().ok_or_else(|| format!("no part `{text}` (write the third of eight as 3/8)"))
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl Serialize for Shard {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Shard {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Shard, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Result<String, String> {
        let variable = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
        Shard::from_surroundings(&variable).map(|shard| shard.to_string())
    }

    #[test]
    fn a_part_is_read_as_it_is_written() {
        assert_eq!("3/8".parse::<Shard>().map(|s| s.to_string()), Ok("3/8".into()));
        for bad in ["0/8", "9/8", "8", "1/0", "-1/8", "a/b", "1/99999999999", "1/20000", ""] {
            assert!(bad.parse::<Shard>().is_err(), "{bad}");
        }
    }

    #[test]
    fn each_system_counts_in_its_own_way() {
        assert_eq!(of(&[("CI_NODE_INDEX", "1"), ("CI_NODE_TOTAL", "4")]), Ok("1/4".into()));
        assert_eq!(of(&[("CIRCLE_NODE_INDEX", "0"), ("CIRCLE_NODE_TOTAL", "4")]), Ok("1/4".into()));
        assert_eq!(of(&[("BUILDKITE_PARALLEL_JOB", "3"), ("BUILDKITE_PARALLEL_JOB_COUNT", "4")]), Ok("4/4".into()));
        assert_eq!(of(&[("JOB_COMPLETION_INDEX", "2"), ("JOB_COMPLETIONS", "8")]), Ok("3/8".into()));
    }

    #[test]
    fn what_tells_no_part_is_refused_with_the_way_out() {
        assert!(of(&[]).is_err_and(|e| e.contains("CI_NODE_INDEX") && e.contains("k/n")));
        assert!(of(&[("JOB_COMPLETION_INDEX", "2")]).is_err_and(|e| e.contains("JOB_COMPLETIONS")));
        assert!(of(&[("CI_NODE_INDEX", "0"), ("CI_NODE_TOTAL", "4")]).is_err());
        assert!(of(&[("CI_NODE_INDEX", "5"), ("CI_NODE_TOTAL", "4")]).is_err());
        assert!(of(&[("CI_NODE_INDEX", "4294967295"), ("CI_NODE_TOTAL", "x")]).is_err());
    }
}
