import RepriseDispatch
import RepriseModel
import RepriseSystem

/// From jobs to what one request hands over.
extension AWSBatch {
    package func submit(_ job: Job) async throws -> JobHandle {
        guard let result = await submit([job])[job.key] else { throw CancellationError() }
        return try result.get()
    }

    package func submit(_ jobs: [Job]) async -> [JobKey: Result<JobHandle, any Error>] {
        let results = await submissions.submit(jobs) { fresh in
            if let conflict = settings.conflict { throw conflict }
            try await sweep()
            var results: [JobKey: Result<JobHandle, any Error>] = [:]
            for demand in try batches(of: fresh) {
                for (key, result) in await submit(demand.0, demand.1) { results[key] = result }
            }
            return results
        }
        return results.mapValues { $0.mapError(AWSAway.passing) }
    }

    /// An array for those that ask for the same, in the order in which they came.
    private func batches(of jobs: [Job]) throws -> [(BatchBatch, [Job])] {
        var order: [BatchDemand] = []
        var groups: [BatchDemand: [Job]] = [:]
        for job in jobs {
            let demand = try BatchDemand(job, settings)
            if groups[demand] == nil { order.append(demand) }
            groups[demand, default: []].append(job)
        }
        return order.flatMap { demand -> [(BatchBatch, [Job])] in
            let jobs = groups[demand] ?? []
            return stride(from: 0, to: jobs.count, by: BatchBatch.most)
                .map { start in
                    let part = Array(jobs[start..<min(start + BatchBatch.most, jobs.count)])
                    return (batch(of: part, demand), part)
                }
        }
    }

    private func batch(of jobs: [Job], _ demand: BatchDemand) -> BatchBatch {
        let digits = withUnsafeBytes(of: entropy.next().bigEndian) { hexadecimal($0) }
        return BatchBatch(
            name: "reprise-\(jobs[0].key.run.short)-\(digits)",
            entries: jobs.map {
                BatchBatch.Entry(key: $0.key.description, run: $0.key.run.description, below: $0.key.folder)
            },
            image: demand.image,
            resources: demand.resources,
            hasSecrets: !demand.secrets.isEmpty,
            code: demand.code,
            data: demand.data
        )
    }

    private func submit(_ batch: BatchBatch, _ jobs: [Job]) async -> [JobKey: Result<JobHandle, any Error>] {
        var results: [JobKey: Result<JobHandle, any Error>] = [:]
        do {
            let id = try await handOver(batch, jobs)
            for (index, job) in jobs.enumerated() {
                let submission = submission(of: batch, index, id: id)
                // Whoever finds none of these asks AWS Batch for the name.
                try? jobFiles.write(submission, of: job)
                results[job.key] = submission.handle.map { .success($0) }
            }
        } catch {
            if (error as? AWSError)?.isCertain ?? (error is Mistake) { await forget(batch, jobs) }
            for job in jobs { results[job.key] = .failure(error) }
        }
        return results
    }

    private func forget(_ batch: BatchBatch, _ jobs: [Job]) async {
        for job in jobs { jobFiles.forget(job) }
        // What cannot be removed now is swept by a later submitter.
        try? files.remove(jobFiles.folder(of: batch.name) + "/size")
        if let staging = try? await self.staging() { try? await staging.clear(batch.name) }
    }

    private func submission(of batch: BatchBatch, _ index: Int, id: String? = nil) -> BatchJobFiles.Submission {
        BatchJobFiles.Submission(name: batch.name, index: batch.isArray ? index : nil, id: id)
    }

    private func handOver(_ batch: BatchBatch, _ jobs: [Job]) async throws -> String {
        let secrets = batch.hasSecrets ? SlurmSecrets(jobs[0].secrets, using: entropy) : nil
        if let bytes = secrets?.environment.utf8.count, bytes > 5000 {
            throw AWSError.secretsTooLong(job: jobs[0].key.description, bytes: bytes / 2)
        }
        _ = try await session.definition(of: batch.image)
        let start = try await staging().stage(batch, jobs, halves: secrets?.text)
        try jobFiles.write(size: jobs.count, of: batch.name)
        for (index, job) in jobs.enumerated() { try jobFiles.write(submission(of: batch, index), of: job) }
        do {
            return try await request(batch, start: start, halves: secrets?.environment)
        } catch let refusal as AWSError where refusal.isCertain {
            guard try await session.hasLostDefinition(of: batch.image, refusal) else { throw refusal }
            return try await request(batch, start: start, halves: secrets?.environment)
        }
    }

    private func request(_ batch: BatchBatch, start: String, halves: String?) async throws -> String {
        let request = BatchRequests.submission(
            batch,
            definition: try await session.definition(of: batch.image),
            start: start,
            halves: halves,
            settings
        )
        return try await commands.submit(request, lock: folder + "/aws.lock")
    }
}

/// What jobs of one array have in common.
private struct BatchDemand: Hashable {
    var image: String
    var resources: Resources
    var secrets: [String: String]
    var code: String?
    var data: [BatchBatch.Item]

    init(_ job: Job, _ settings: BatchSettings) throws {
        guard let image = job.container?.image ?? settings.image else {
            throw AWSError.noImage(job: job.key.description)
        }
        self.image = image
        resources = job.resources
        secrets = job.secrets
        code = job.parcel?.code?.name
        data = job.parcel?.data.map { BatchBatch.Item(name: $0.name, content: $0.content, isFolder: $0.isFolder) } ?? []
    }
}
