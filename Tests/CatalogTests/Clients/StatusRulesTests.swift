import Testing
import UpdateModel

@testable import Catalog

struct StatusRulesTests {
  private func time(_ seconds: Int) -> Timestamp {
    Timestamp(year: 2026, month: 1, day: 1).adding(seconds: Double(seconds))
  }

  @Test("WUSP-341, -342, -343, WUSP-332: every event id does what the table says, all others do nothing")
  func table() {
    let moves: [(ids: [Int16], effect: StatusRules.Effect)] = [
      ([161], .moves(to: .failed, counts: nil)), ([162, 164], .moves(to: .downloaded, counts: nil)),
      ([183, 190, 197, 523], .moves(to: .installed, counts: .success)),
      ([184, 191, 199], .moves(to: .installedPendingReboot, counts: .success)),
      ([182, 187, 192, 195, 198, 200, 203, 204, 522, 525], .moves(to: .failed, counts: .failure)),
      ([222], .moves(to: .needed, counts: nil)), ([224], .moves(to: .installedPendingReboot, counts: nil)),
      ([221, 225], .moves(to: .failed, counts: nil)), ([202], .restarted), ([147], .detected(.succeeded)),
      ([148, 157, 158], .detected(.failed)), ([153, 156], .statement),
    ]
    let expected = Dictionary(uniqueKeysWithValues: moves.flatMap { row in row.ids.map { ($0, row.effect) } })
    for id in Int16.min...Int16.max { #expect(StatusRules.effect(of: id) == expected[id] ?? .none) }
  }

  @Test("WUSP-338: W, then g, h, V, U decide; what is not named is not applicable")
  func precedence() throws {
    let lists = ClientFixture.lists([
      "U": [1, 2, 3, 4, 5], "V": [2, 3, 4, 5], "h": [3, 4, 5], "g": [4, 5], "W": [5],
    ])
    for order in [lists, lists.reversed()] {
      let statement = try #require(StatusStatement(miscData: order, limit: 100))
      let states = (1...6).map { statement.state(of: guid($0)) }
      #expect(states == [.needed, .installed, .downloaded, .failed, .installedPendingReboot, .notApplicable])
    }
  }

  @Test("WUSP-335: tags are case-sensitive; a tag alone and other text say nothing")
  func tags() throws {
    let id = guid(1).description
    let statement = try #require(
      StatusStatement(miscData: ["G=\(id)", "H=\(id)", "u=\(id)", "w=\(id)", "U", "U=", "=", ""], limit: 100))
    #expect(statement.states.isEmpty)
    #expect(StatusStatement.isList("g=x") && !StatusStatement.isList("G=x"))
  }

  @Test("WUSP-336: ids are separated by semicolons, in any letter case; what is no id is passed over")
  func ids() throws {
    let (upper, lower) = (guid(0xA).description.uppercased(), guid(0xB).description.lowercased())
    let statement = try #require(StatusStatement(miscData: ["V=\(upper);nonsense;; \(lower) ;"], limit: 100))
    #expect(statement.states == [guid(0xA): .installed, guid(0xB): .installed])
  }

  @Test("a status that names more than the bound is none at all")
  func bound() {
    let lists = ClientFixture.lists(["U": Array(1...6), "V": Array(7...10)])
    #expect(StatusStatement(miscData: lists, limit: 10) != nil)
    #expect(StatusStatement(miscData: lists, limit: 9) == nil)
  }

  @Test("WUSP-339, WUSP-340: single events count when they are newer, and the moment moves with the state")
  func singleEvents() {
    let stored = StoredState(state: .downloaded, changed: time(10), errorCode: nil)
    func after(_ stored: StoredState?, _ state: UpdateState, at second: Int, status: Int? = nil, error: Int32? = nil)
      -> StoredState?
    {
      let event = StatusRules.Event(state: state, time: time(second), errorCode: error)
      return StatusRules.state(stored, after: event, lastStatus: status.map(time))
    }
    #expect(after(stored, .installed, at: 9) == nil)
    #expect(after(stored, .installed, at: 10) == nil)
    #expect(after(stored, .installed, at: 11) == StoredState(state: .installed, changed: time(11), errorCode: nil))
    #expect(after(stored, .downloaded, at: 11) == stored)
    // The stored moment decides, not that of a later status that confirmed it.
    #expect(after(stored, .installed, at: 11, status: 20)?.state == .installed)
    // Without a row, the last status said that the update is not applicable.
    #expect(after(nil, .failed, at: 20, status: 20) == nil)
    #expect(after(nil, .failed, at: 21, status: 20, error: 5)?.errorCode == 5)
    #expect(after(nil, .failed, at: 1) != nil)
    // A second failure has its own code and the old moment; a success has none.
    let failed = StoredState(state: .failed, changed: time(10), errorCode: 1)
    #expect(after(failed, .failed, at: 12, error: 2) == StoredState(state: .failed, changed: time(10), errorCode: 2))
    #expect(after(failed, .installed, at: 12, error: 2)?.errorCode == nil)
  }

  @Test("WUSP-339, WUSP-340: a status changes what differs and is not newer itself")
  func statements() {
    let failed = StoredState(state: .failed, changed: time(10), errorCode: 7)
    #expect(StatusRules.state(failed, stated: .failed, at: time(20)) == nil)
    #expect(StatusRules.state(failed, stated: .installed, at: time(10)) == nil)
    #expect(
      StatusRules.state(failed, stated: .notApplicable, at: time(11))
        == StoredState(state: .notApplicable, changed: time(11), errorCode: nil))
    #expect(StatusRules.state(nil, stated: .notApplicable, at: time(11)) == nil)
    #expect(StatusRules.state(nil, stated: .needed, at: time(11))?.state == .needed)
  }

  @Test("a client's moments are moved into this server's time, never past the receipt")
  func clock() {
    let slow = ClientClock(clientTime: time(100), received: time(1_100))
    #expect(slow.moment(time(90)) == time(1_090))
    #expect(slow.moment(time(5_000)) == time(1_100))
    #expect(slow.moment(.endOfTime) == time(1_100))
    let fast = ClientClock(clientTime: .endOfTime, received: time(10))
    #expect(fast.moment(Timestamp(ticks: 0)) == Timestamp(ticks: 0))
  }
}
