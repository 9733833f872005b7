import Catalog
import Testing
import UpdateModel

@Suite("settings that every request asks for")
struct RecentSettingsTests {
  let folder: TemporaryFolder
  let clock = TestClock()

  init() throws { folder = try TemporaryFolder() }

  private func change(_ catalog: Catalog, maxUpdates: Int32) async throws {
    var settings = try await catalog.settings()
    settings.limits.updates = maxUpdates
    try await catalog.save(settings)
  }

  @Test("a change through the same catalogue shows at once")
  func ownChange() async throws {
    let catalog = try await folder.catalog(clock: clock)
    for limit: Int32 in [7, 8, 9] {
      try await change(catalog, maxUpdates: limit)
      #expect(try await catalog.recentSettings().limits.updates == limit)
      #expect(try await catalog.recentSettings() == catalog.settings())
    }
  }

  @Test("a change of another process shows after a second")
  func otherProcess() async throws {
    let serving = try await folder.catalog(clock: clock)
    let other = try await folder.catalog(clock: clock)
    let before = try await serving.recentSettings()
    try await change(other, maxUpdates: 7)
    #expect(try await serving.recentSettings() == before)
    clock.advance(seconds: 1)
    #expect(try await serving.recentSettings().limits.updates == 7)
  }

  @Test("a clock that goes back does not keep old settings")
  func clockGoesBack() async throws {
    let serving = try await folder.catalog(clock: clock)
    let other = try await folder.catalog(clock: clock)
    _ = try await serving.recentSettings()
    try await change(other, maxUpdates: 7)
    clock.advance(seconds: -3600)
    #expect(try await serving.recentSettings().limits.updates == 7)
  }
}
