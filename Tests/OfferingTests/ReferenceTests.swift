import Foundation
import Offering
import TestSupport
import Testing
import UpdateModel

/// Random servers and the computers that scan them, compared with ``ReferenceOffer`` at each call.
struct ReferenceTests {
  private static let batches = 8
  private static let seeds =
    ProcessInfo.processInfo.environment["UPDATEMIRROR_OFFER_SEEDS"].flatMap { UInt64($0) } ?? 1_600

  @Test(
    "WUSP-185, WUSP-186, WUSP-195, WUSP-205: clients of random servers end with the reference's closure",
    arguments: 0..<UInt64(batches))
  func histories(batch: UInt64) {
    for seed in stride(from: batch, to: Self.seeds, by: Self.batches) {
      var history = History(seed: seed)
      history.run()
      if let problem = history.problem {
        Issue.record("seed \(seed): \(problem)")
        return
      }
    }
  }
}
