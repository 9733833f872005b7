import Testing

@testable import Offering

struct IDRankingTests {
  @Test("members are known by their position in ascending order, whatever order they came in")
  func positions() {
    let ids: [Int32] = [70_000, 1, 63, 64, 4_095, 4_096, 64, 2_000_000_000]
    let ranking = IDRanking(ids)
    #expect(ranking.members == [1, 63, 64, 4_095, 4_096, 70_000, 2_000_000_000])
    #expect(ranking.members.map { ranking.position(of: $0) } == Array(0..<7))
    for id: Int32 in [0, -1, .min, 2, 4_097, 1_999_999_999, .max] { #expect(ranking.position(of: id) == nil) }
    #expect(IDRanking([]).position(of: 0) == nil)
  }
}
