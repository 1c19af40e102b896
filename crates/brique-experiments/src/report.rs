//! The report as a Markdown page.

use crate::playground::links;
use crate::{Claim, Outcome};

/// The chapters of the experiments, each followed by its figures and the table of its claims.
pub(crate) fn report(outcomes: &[(&'static str, Outcome)]) -> String {
    let chapters: Vec<String> = outcomes
        .iter()
        .map(|(name, outcome)| chapter(name, outcome))
        .collect();
    format!("{INTRODUCTION}\n{}", chapters.join("\n"))
}

fn chapter(name: &str, outcome: &Outcome) -> String {
    let mut text = outcome.chapter.clone();
    text.extend(
        outcome
            .figures
            .iter()
            .map(|figure| format!("\n![{}](figures/{})\n", figure.caption, figure.file)),
    );
    text += &links(name);
    if !outcome.claims.is_empty() {
        text += "\n| claim | | measured | report | bound | holds |\n|---|---|---|---|---|---|\n";
        text.extend(outcome.claims.iter().map(claim_row));
    }
    text
}

fn claim_row(claim: &Claim) -> String {
    format!(
        "| `{}` | {} | {} | {} | {} | {} |\n",
        claim.id,
        claim.text,
        claim.measured_as_text(),
        claim.reported.as_deref().unwrap_or("–"),
        claim.bound_as_text(),
        if claim.holds() { "yes" } else { "**no**" },
    )
}

const INTRODUCTION: &str = "\
# Neural networks, do it yourself: the report made again

*Réseau de neurones DIY*

<!-- Made by `cargo xtask experiments`; refreshed by `cargo xtask experiments --bless`. -->

## 1 Introduction

*Introduction*

A student's report rebuilt the heart of PyTorch by hand: a module, a loss, a linear layer, and what they can and cannot \
learn on toy data. This page is made by the program that makes its experiments again, from the same generator, seed and \
order of draws. It follows the report's plan and keeps its French titles as subtitles. Every claim stands in a table with \
the number measured for it, the number that the report's own code gives where it gives one (NumPy, seed 42; the report \
itself shows curves), and the bound that decides whether it holds.
";
