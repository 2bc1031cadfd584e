# syntax=docker/dockerfile:1
# Two targets: `service` (API, no TensorFlow) and `workers`. `workers-gpu` adds NVIDIA's libraries.

FROM python:3.12-slim AS base
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    FITSERVE_DATA=/data
RUN useradd --system --uid 10001 --create-home fitserve \
    && install -d -o fitserve -g fitserve /data
WORKDIR /app
COPY pyproject.toml constraints.txt README.md ./
COPY core ./core
COPY service ./service
COPY workers ./workers
COPY clients ./clients
VOLUME /data

FROM base AS service
RUN pip install -c constraints.txt '.[service]'
USER 10001
ENV FITSERVE_HOST=0.0.0.0 FITSERVE_PORT=8000
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import httpx2; httpx2.get('http://127.0.0.1:8000/readyz').raise_for_status()"]
CMD ["python", "-m", "fitserve_service"]

FROM base AS workers
RUN pip install -c constraints.txt '.[workers]'
USER 10001
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s \
    CMD ["python", "-m", "fitserve_workers.health"]
CMD ["fitserve", "worker"]

FROM workers AS workers-gpu
USER 0
RUN pip install -c constraints.txt 'tensorflow[and-cuda]'
USER 10001
