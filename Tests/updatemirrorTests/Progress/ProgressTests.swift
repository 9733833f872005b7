import Catalog
import Mirror
import Synchronization
import Testing

@testable import updatemirror

@Suite("Progress")
struct ProgressTests {
  @Test("the overall line has phase, counts, bytes, rate and remaining time")
  func overall() {
    var state = ProgressState()
    #expect(ProgressText.overall(state, now: 0) == "starting")
    state.take(.phase(.content), now: 0)
    state.take(.content(files: 0, totalFiles: 4, bytes: 0, totalBytes: 4 << 20, active: []), now: 0)
    state.take(.content(files: 1, totalFiles: 4, bytes: 2 << 20, totalBytes: 4 << 20, active: []), now: 2)
    #expect(ProgressText.overall(state, now: 2) == "content  1/4 files  2 MiB/4 MiB  1 MiB/s  0:02 left")
  }

  @Test("the rate looks at the last seconds only")
  func rate() {
    var state = ProgressState()
    state.take(.phase(.content), now: 0)
    for second in 0...100 {
      let bytes: Int64 = second < 50 ? Int64(second) * 1000 : 50_000
      state.take(.content(files: 0, totalFiles: 1, bytes: bytes, totalBytes: 100_000, active: []), now: Double(second))
    }
    #expect(state.rate(now: 100) == 0)
  }

  @Test("a new phase starts its counts anew")
  func phases() {
    var state = ProgressState()
    state.take(.phase(.categories), now: 0)
    state.take(.staged(.configuration, done: 5, total: 10), now: 1)
    #expect(ProgressText.overall(state, now: 1) == "categories  5/10 revisions")
    state.take(.phase(.updates), now: 2)
    #expect(ProgressText.overall(state, now: 2) == "updates")
  }

  @Test("waiting for a busy upstream server is said")
  func waiting() {
    var state = ProgressState()
    state.take(.phase(.updates), now: 0)
    state.take(.waiting(seconds: 30), now: 1)
    #expect(ProgressText.overall(state, now: 11) == "updates  upstream is busy, waiting 0:20")
  }

  @Test("off a terminal a line is printed once, plain, and not again while nothing changes")
  func lines() {
    let written = Written()
    let display = ProgressDisplay(style: .lines) { written.add($0) }
    display.take(.phase(.updates))
    display.draw()
    display.draw()
    #expect(written.text == "updatemirror: updates\n")
  }

  @Test("on a terminal the lines before are overwritten and no line is longer than the screen")
  func terminal() {
    let written = Written()
    let display = ProgressDisplay(style: .terminal(columns: 20)) { written.add($0) }
    display.take(.phase(.content))
    display.take(.staged(.updates, done: 123_456_789, total: 1_234_567_890))
    display.draw()
    display.draw()
    #expect(written.text == "content  123456789/\n\u{1B}[1A\u{1B}[Jcontent  123456789/\n")
  }

  @Test("--quiet and --no-progress draw nothing")
  func silent() async {
    let written = Written()
    let display = ProgressDisplay(style: .silent) { written.add($0) }
    display.take(.phase(.content))
    display.draw()
    await display.follow {}
    #expect(written.text == "")
    #expect(ProgressDisplay.Style.standard(isQuiet: true) == .silent)
  }

  /// Collects what a display writes.
  private final class Written: Sendable {
    private let parts = Mutex("")

    var text: String { parts.withLock { $0 } }

    func add(_ part: String) { parts.withLock { $0 += part } }
  }
}
