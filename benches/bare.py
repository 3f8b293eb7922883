"""A bare loop over an SDK's own objects: the cost of the client alone. `bare.py ENDPOINT < calls.ndjson` prints calls a second."""
import json
import sys
import time

from alibabacloud_appstream_center20210901 import models
from alibabacloud_appstream_center20210901.client import Client
from alibabacloud_tea_openapi.models import Config

try:
    from darabonba.runtime import RuntimeOptions
except ImportError:
    from alibabacloud_tea_util.models import RuntimeOptions

NAMES = {
    "ImageName": "image_name", "Description": "description", "InstanceId": "instance_id", "SubInstanceId": "sub_instance_id",
    "InstanceType": "instance_type", "AutoCleanUserdata": "auto_clean_userdata", "DiskType": "disk_type", "BizType": "biz_type",
    "ProductType": "product_type",
}
calls = [{NAMES[name]: value for name, value in json.loads(line).items()} for line in sys.stdin]
client = Client(Config(access_key_id="fp-bare", access_key_secret="fp-canary", endpoint=sys.argv[1].removeprefix("http://"),
                       protocol="HTTP", region_id="cn-hangzhou"))
runtime = RuntimeOptions(read_timeout=2000, connect_timeout=1000)


def call(params):
    request = models.CreateImageByInstanceRequest(**params)
    return client.create_image_by_instance_with_options(request, runtime).body.request_id


for params in calls[:50]:
    call(params)
start = time.perf_counter()
for params in calls:
    call(params)
print(len(calls) / (time.perf_counter() - start))
