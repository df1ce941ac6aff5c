import Foundation
import RepriseImages
import RepriseModel
import RepriseSystem
import Testing

@Suite struct `Published images` {
    @Test func `each place is there once, the newest first, and helps to find the image`() throws {
        let files = LiveFileSystem()
        let folder = FileManager.default.temporaryDirectory.appending(path: "reprise-published-\(UUID().uuidString)")
            .path
        defer { try? files.remove(folder) }
        let published = PublishedImages(folder: folder, files: files)
        let image = ImageIdentity(id: SHA256Hasher.digest(of: [1]), reference: "a")
        #expect(published.located(image) == image)
        func place(_ repository: String, _ manifest: UInt8) -> PublishedImages.Place {
            PublishedImages.Place(
                repository: repository,
                tag: "1",
                manifest: SHA256Hasher.digest(of: [manifest]),
                publishedAt: Timestamp(milliseconds: 0)
            )
        }
        try published.add(place("r.org/a", 1), of: image.id)
        try published.add(place("r.org/b", 2), of: image.id)
        try published.add(place("r.org/a", 3), of: image.id)
        #expect(try published.places(of: image.id) == [place("r.org/a", 3), place("r.org/b", 2)])
        let located = published.located(image)
        #expect(located.repository == "r.org/a")
        #expect(located.manifest == SHA256Hasher.digest(of: [3]))
    }
}
