"""The load generator behind `lenet bench`.

A gRPC library needs more time for a call than the server does, so it would measure itself. This generator repeats one
prepared call over its own HTTP/2 connections (`http2_connection`), in several processes (`worker`).
"""
