import ContentStore
import Export
import Foundation
import Generator
import Mirror
import Synchronization

/// Shows a run on standard error: a few lines that are redrawn on a terminal, a line
/// every few seconds elsewhere.
final class ProgressDisplay: Sendable {
  enum Style: Equatable, Sendable {
    case terminal(columns: Int)
    case lines
    case silent
  }

  private struct Screen {
    var state = ProgressState()
    var shownLines = 0
    var lastText = ""
  }

  static let terminalPause = Duration.milliseconds(200)
  static let firstLinePause = Duration.seconds(1)
  static let linePause = Duration.seconds(5)

  private let style: Style
  private let put: @Sendable (String) -> Void
  private let screen = Mutex(Screen())
  private let start = ContinuousClock.now

  init(style: Style, put: @escaping @Sendable (String) -> Void = { StandardError.put($0) }) {
    self.style = style
    self.put = put
  }

  /// Takes an event; draws nothing.
  func take(_ event: ProgressEvent) {
    guard style != .silent else { return }
    let now = elapsed
    screen.withLock { $0.state.take(event, now: now) }
  }

  /// Takes the progress of a verification; draws nothing.
  func take(_ progress: VerifyProgress) {
    guard style != .silent else { return }
    let now = elapsed
    screen.withLock { $0.state.take(progress, now: now) }
  }

  /// Takes the progress of an export; draws nothing.
  func take(_ progress: ExportProgress) {
    guard style != .silent else { return }
    let now = elapsed
    screen.withLock { $0.state.take(progress, now: now) }
  }

  /// Takes the progress of reading an archive; draws nothing.
  func take(_ progress: ReadingProgress) {
    guard style != .silent else { return }
    let now = elapsed
    screen.withLock { $0.state.take(progress, now: now) }
  }

  /// Takes the progress with a Windows package; draws nothing.
  func take(_ progress: PackageProgress) {
    guard style != .silent else { return }
    let now = elapsed
    screen.withLock { $0.state.take(progress, now: now) }
  }

  /// Takes the progress of the generator; draws nothing.
  func take(_ progress: PopulateProgress, total: Int) {
    guard style != .silent else { return }
    let now = elapsed
    screen.withLock { $0.state.take(progress, total: total, now: now) }
  }

  /// Runs `work` while the display follows it, and clears the terminal lines at the end.
  func follow<T: Sendable>(_ work: @Sendable () async throws -> T) async rethrows -> T {
    guard style != .silent else { return try await work() }
    let drawing = Task {
      var pause = style == .lines ? Self.firstLinePause : Self.terminalPause
      while !Task.isCancelled {
        do { try await Task.sleep(for: pause) } catch { return }
        draw()
        if style == .lines { pause = Self.linePause }
      }
    }
    defer {
      drawing.cancel()
      clear()
    }
    return try await work()
  }

  /// Draws the present state once.
  func draw() {
    let now = elapsed
    screen.withLock { screen in
      let overall = ProgressText.overall(screen.state, now: now)
      switch style {
      case .silent: return
      case .lines:
        // The same line again would say nothing.
        if overall != screen.lastText { put("updatemirror: \(overall)\n") }
        screen.lastText = overall
      case .terminal(let columns):
        let lines = ([overall] + ProgressText.active(screen.state)).map { String($0.prefix(max(10, columns - 1))) }
        put(Self.erasing(screen.shownLines) + lines.map { $0 + "\n" }.joined())
        screen.shownLines = lines.count
      }
    }
  }

  private func clear() {
    guard case .terminal = style else { return }
    screen.withLock { screen in
      put(Self.erasing(screen.shownLines))
      screen.shownLines = 0
    }
  }

  /// Moves up over the lines drawn before and erases from there.
  private static func erasing(_ lines: Int) -> String { lines == 0 ? "" : "\u{1B}[\(lines)A\u{1B}[J" }

  private var elapsed: Double { (ContinuousClock.now - start) / .seconds(1) }
}

extension ProgressDisplay.Style {
  /// - Parameters:
  ///   - isQuiet: `--quiet` or `--no-progress`.
  static func standard(isQuiet: Bool) -> ProgressDisplay.Style {
    if isQuiet { return .silent }
    guard StandardError.isTerminal else { return .lines }
    var size = winsize()
    let answered = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    return .terminal(columns: answered ? Int(size.ws_col) : 80)
  }
}
