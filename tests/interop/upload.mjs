// Uploads one file with tus-js-client: `node upload.mjs JSON`.
import { readFileSync } from 'node:fs'
import { Upload } from 'tus-js-client'

const { endpoint, token, file, metadata, chunk, withCreation, overridePatch } = JSON.parse(process.argv[2])

const upload = new Upload(readFileSync(file), {
  endpoint,
  metadata,
  headers: { Authorization: `Bearer ${token}` },
  chunkSize: chunk,
  uploadDataDuringCreation: withCreation,
  overridePatchMethod: overridePatch,
  // Counted anew whenever something moved.
  retryDelays: Array(400).fill(3),
  storeFingerprintForResuming: false,
  onError: (error) => {
    console.error(String(error))
    process.exitCode = 1
  },
})
upload.start()
