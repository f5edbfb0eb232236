//! Prints `docs/coverage.md`.

fn main() {
    print!("{}", larder_s3_api::coverage_markdown());
}
