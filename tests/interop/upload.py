"""Uploads one file with tuspy: `python upload.py JSON`."""

import json
import sys

from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

said = json.loads(sys.argv[1])
client = TusClient(said["endpoint"], headers={"Authorization": f"Bearer {said['token']}"})
uploader = client.uploader(
    said["file"],
    chunk_size=said["chunk"],
    metadata=said["metadata"],
    retries=400,
    retry_delay=0.003,
    upload_checksum=said["checksum"],
)
# Its retries are for what follows: a beginning that was cut is begun again.
for left in reversed(range(400)):
    try:
        uploader.upload()
        break
    except TusCommunicationError:
        if uploader.url or not left:
            raise
