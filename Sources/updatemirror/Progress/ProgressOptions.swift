import ArgumentParser

/// How much a run tells while it works.
struct ProgressOptions: ParsableArguments {
  @Flag(name: .long, help: "No progress display; messages are still printed.")
  var noProgress = false

  @Flag(name: .long, help: "No progress display, and only warnings and errors are logged.")
  var quiet = false

  var display: ProgressDisplay { ProgressDisplay(style: .standard(isQuiet: noProgress || quiet)) }
}
