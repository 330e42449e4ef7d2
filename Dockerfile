# The app for a server: docs/deploy.md has the command that starts it, and what stands in front of it.
# The tag is exact; pin its digest too where you build: FROM python:3.11.13-slim-bookworm@sha256:…
FROM python:3.11.13-slim-bookworm AS build
RUN python -m venv /venv
COPY requirements.lock .
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock

FROM python:3.11.13-slim-bookworm
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    OMP_NUM_THREADS=1 \
    MKL_NUM_THREADS=1 \
    HOME=/data \
    BDSG_CACHE=/data/runs \
    NUMBA_CACHE_DIR=/data/kernels
COPY --from=build /venv /venv
WORKDIR /app
COPY LICENSE app.py ./
COPY .streamlit .streamlit
COPY pages pages
COPY bdsg bdsg
RUN python -m compileall -q app.py pages bdsg && install -d -o 10001 -g 10001 /data
USER 10001:10001
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["streamlit", "run", "app.py", "--server.address=0.0.0.0"]
